"""The tiny model's tokenizer: one token per known word, behind open_clip's tokenizer protocol."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import torch

PADDING = 0
_WORD = re.compile(r"\w+")


def split_words(text: str) -> list[str]:
    """The lower-case runs of letters, digits and underscores of a text, in order."""
    return _WORD.findall(text.lower())


def frequent_words(captions: Iterable[str], limit: int) -> list[str]:
    """The `limit` most frequent words of the captions, ordered by count, then by alphabet."""
    counts = Counter(word for caption in captions for word in split_words(caption))
    return sorted(counts, key=lambda word: (-counts[word], word))[:limit]


class WordTokenizer:
    """Maps texts to token ids: the k-th word of `words` is id k + 1, 0 is padding, unknown words are dropped."""

    def __init__(self, words: Sequence[str], context_length: int) -> None:
        self.words = list(words)
        self.context_length = context_length
        self._ids = {word: number for number, word in enumerate(self.words, start=PADDING + 1)}

    @property
    def vocab_size(self) -> int:
        """How many token ids there are, padding included."""
        return len(self.words) + 1

    def __call__(self, texts: str | Sequence[str], context_length: int | None = None) -> torch.LongTensor:
        """Token ids [number of texts, context_length]; what is longer is cut, what is shorter is padded."""
        texts = [texts] if isinstance(texts, str) else texts
        length = context_length or self.context_length
        tokens = torch.full((len(texts), length), PADDING, dtype=torch.long)
        for row, text in enumerate(texts):
            ids = [self._ids[word] for word in split_words(text) if word in self._ids][:length]
            tokens[row, : len(ids)] = torch.tensor(ids, dtype=torch.long)
        return tokens
