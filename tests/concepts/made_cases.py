"""Random captions and vocabularies that share a few words, so that many captions match and many only nearly."""

from collections.abc import Sequence

from hypothesis import strategies as st

from clipcause.concepts.vocabulary import Concept

GLUE = (" ", " ", " ", "  ", "-", "'", ".", ", ", " ! ", "\n", "\t", "_", "/", "", "2", "\u0301", "\u00a0", "\0", "(")
"""What stands between two words: mostly a space."""

Case = tuple[list[str | None], list[Concept], int]
"""Captions, concepts, and how many of the captions are the sample that tells rare words from frequent ones."""


@st.composite
def cases(draw: st.DrawFn, words: Sequence[str]) -> Case:
    """A case over `words`, of which it uses few."""
    few = st.sampled_from(draw(st.lists(st.sampled_from(words), min_size=2, max_size=5)))
    piece = st.tuples(few, st.sampled_from(GLUE)).map("".join)
    phrase = st.lists(piece, min_size=1, max_size=2).map("".join) | few | st.text(min_size=1, max_size=3)
    phrase = phrase.map(lambda text: " ".join(text.split()) or "-")  # as a vocabulary's reader leaves it
    concept = st.builds(
        lambda synonyms, excluded: Concept("it", "it", tuple(synonyms), tuple(excluded)),
        st.lists(phrase, min_size=1, max_size=3),
        st.lists(phrase, max_size=1),
    )
    caption = st.lists(piece, max_size=4).map("".join)
    captions = draw(st.lists(caption | caption | st.none() | st.text(max_size=5), min_size=6, max_size=16))
    return captions, draw(st.lists(concept, min_size=2, max_size=6)), draw(st.integers(0, len(captions)))
