"""The miniweb's promise: a pool of all styles repairs every style's gap of a pool of photos alone."""

import json

import pytest

pytestmark = pytest.mark.slow

STYLES = ("sketch", "cartoon", "silhouette", "viewpoint", "clutter")


def test_the_diverse_pool_repairs_every_style_s_gap(checkout):
    checkout.after("diversity", layer="diversity.yaml")
    claims = json.loads((checkout.folder / "results/studies/diversity/claims.json").read_text())["claims"]
    verdicts = {claim["name"]: claim["verdict"] for claim in claims}
    assert verdicts == {f"{style}_{recipe}": "supported" for style in STYLES for recipe in ("clip", "supervised")}
