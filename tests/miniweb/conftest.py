"""Settings of a small miniweb in which everything that can happen does."""

import pytest

from clipcause.miniweb.settings import Settings


@pytest.fixture(scope="session")
def small() -> Settings:
    return Settings(
        seed=3,
        images=60,
        image_size=24,
        zipf_exponent=1.0,
        test_images_per_class=2,
        further_share=0.1,
        detail_share=0.3,
        wrong_captions=0.1,
        wordless_captions=0.1,
        attribute_share=0.5,
        attribute_mean=0.6,
        attribute_association=0.3,
        annotation_errors=0.1,
        duplicates=0.2,
        dead_links=0.1,
        broken_files=0.1,
        not_images=0.1,
        slow_links=0.1,
    )
