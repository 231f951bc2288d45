"""What several tests of studies read: the tables that others published of public models."""

import pandas as pd
import pytest

FILES = {
    "baselines": "standard_imagenet_models",
    "models": "openclip_results",
    "accuracies": "imagenet_zero_shot_per_class",
    "frequencies": "imagenet_concept_frequency",
}


@pytest.fixture(scope="session")
def published(real_data) -> dict[str, pd.DataFrame]:
    """By name in the configuration; accuracy on ImageNet is over all 1,000 classes."""
    return {name: pd.read_csv(real_data / f"published/{file}.csv") for name, file in FILES.items()}
