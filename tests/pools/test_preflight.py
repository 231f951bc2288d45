"""A few URLs of a pool tell of the whole: intervals against published numbers, and a preflight of a real site."""

import pytest

from clipcause.files.outputs import read_json
from clipcause.pools.preflight import judged, preflight


@pytest.mark.parametrize(
    ("successes", "drawn", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (450, 500, 0.8706, 0.9233)],
)
def test_the_interval_of_a_share_is_wilson_s(successes, drawn, low, high):
    """As R's prop.test without continuity correction has it, binom::binom.wilson too."""
    told = judged(rows=1000, drawn=drawn, successes=successes, size=1, min_success=0.5)
    assert (told["low"], told["high"]) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(("min_success", "met"), [(0.5, "yes"), (0.9, "open"), (0.95, "no")])
def test_what_a_sample_tells_of_all(min_success, met):
    told = judged(rows=1_000_000, drawn=500, successes=450, size=4_500_000, min_success=min_success)
    assert (told["min_success_met"], told["images"], told["bytes"]) == (met, 900_000, 9_000_000_000)
    assert told["success"] == 0.9


@pytest.mark.slow
def test_a_preflight_of_a_site(tmp_path, site, web_pool, prepare, caplog):
    archive, metadata = site
    pool, output = web_pool | {"site": str(archive), "min_success": 0.99}, tmp_path / "told/preflight.json"
    with caplog.at_level("INFO", logger="clipcause"):
        preflight("small", prepare(metadata), pool, urls=1000, seed=0, output=output, threads=2)
    told = read_json(output)
    assert (told["rows"], told["drawn"], told["successes"], told["images"]) == (54, 54, 51, 51)
    assert told["failures"] == {"not_an_image": 2, "http_404": 1}
    assert told["bytes"] > 0 and told["hours"] >= 0 and told["urls_per_second"] > 0
    assert told["min_success_met"] == "no", "51 of 54, and at most 98 % of all"
    assert "min_success 0.99 will not be met" in caplog.text
    assert [file.name for file in (tmp_path / "told").iterdir()] == ["preflight.json"]
