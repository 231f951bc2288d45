import pytest


@pytest.fixture
def tiny():
    """Resolved settings of a smaller tiny model."""
    return {
        "architecture": "tiny",
        "image_size": 12,
        "widths": [8, 16],
        "embed_dim": 10,
        "text_width": 6,
        "vocabulary_size": 50,
        "context_length": 5,
    }
