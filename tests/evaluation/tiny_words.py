"""What tiny test sets ask, and the words that tiny models know."""

CLASSNAMES = ["cat", "dog", "owl"]
TEMPLATES = ["a photo of a {c}.", "one {c}", "{c} {c} picture"]
WORDS = ["a", "photo", "of", "one", "picture", "cat", "dog", "owl"]
