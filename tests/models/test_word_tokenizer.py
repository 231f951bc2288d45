from collections import Counter

import torch
from hypothesis import given
from hypothesis import strategies as st

from clipcause.models.words import WordTokenizer, frequent_words


def test_words_are_ordered_by_count_then_alphabet():
    captions = ["A red cat.", "a RED dog", "a bee", "cat"]
    assert frequent_words(captions, limit=10) == ["a", "cat", "red", "bee", "dog"]
    assert frequent_words(captions, limit=2) == ["a", "cat"]


def test_token_ids_are_padded_cut_and_without_unknown_words():
    tokenizer = WordTokenizer(["a", "cat", "red"], context_length=4)
    tokens = tokenizer(["A red, unheard-of cat!", "", "cat cat a a red"])
    assert tokens.tolist() == [[1, 3, 2, 0], [0, 0, 0, 0], [2, 2, 1, 1]]
    assert tokens.dtype == torch.long


def test_protocol_of_open_clip_tokenizers():
    tokenizer = WordTokenizer(["a", "cat"], context_length=4)
    assert tokenizer("a cat").tolist() == [[1, 2, 0, 0]]
    assert tokenizer(["a cat"], context_length=1).tolist() == [[1]]
    assert tokenizer.vocab_size == 3


@given(st.lists(st.lists(st.sampled_from(["ant", "bee", "cat", "dog"]), max_size=6), max_size=8), st.integers(1, 5))
def test_frequent_words_against_a_slow_count(captions, limit):
    counts = Counter(word for words in captions for word in words)
    expected = []
    while len(expected) < limit and counts:
        top = max(counts.values())
        word = min(word for word, count in counts.items() if count == top)
        expected.append(word)
        del counts[word]
    assert frequent_words([" ".join(words) for words in captions], limit) == expected
