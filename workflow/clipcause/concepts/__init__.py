"""Concepts: a vocabulary in, how many captions mention each concept out.

vocabulary.py   concepts, their synonyms and what rules a match out
formats.py      the files that they are read from
captions.py     captions of any table, in chunks
rules/          when a caption mentions a concept
lemmatizers/    which words have one lemma
patterns.py     what a vocabulary's phrases come to under a rule
matcher.py      patterns against chunks of captions
count.py        captions and vocabulary -> frequencies, or the list of matches
frequency.py    frequencies, written, read and added up
words.py        how often each word occurs
card.py         the summary of a count
zipf.py         how steep its ranking is
counted.py      what was counted, by its path and in words
figures/        what was counted, drawn
"""
