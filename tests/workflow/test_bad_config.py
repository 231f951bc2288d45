"""A bad configuration stops Snakemake before any job: one clear line, status 1, no traceback."""

import pytest


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            "recipes: {clip: {learning_rte: 0.1}}",
            "config: recipes.clip.learning_rte: unknown key with objective: clip; did you mean learning_rate?",
        ),
        ("recipes: {clip: {learning_rate: 1e-3}}", "config: recipes.clip.learning_rate: '1e-3' is text to YAML"),
        ("recipes: {clip: {samples_seen: 1000}}", "write 992 or 1024"),
        ("seeds: three", "config: seeds: 'three'"),
        ("studies: {longtail: {testsets: [ballanced]}}", "did you mean balanced?"),
        ("studies: {longtail: {arms: {clip: {subset: longtale}}}}", "did you mean longtail?"),
        ("pools: {diverse: [1, 2]}", "config: pools.diverse"),
    ],
)
def test_one_line_before_any_job(checkout, layer, message):
    (checkout.folder / "bad.yaml").write_text(layer)
    ran = checkout.snakemake(layers=("tiny.yaml", "bad.yaml"))
    assert ran.returncode == 1
    assert "Traceback" not in ran.stdout
    (line,) = [line for line in ran.stdout.splitlines() if line.startswith("error: config: ")]
    assert message in line
    assert not (checkout.folder / "results").exists()


def test_a_target_that_nothing_makes_is_told_with_the_nearest_right_name(checkout):
    ran = checkout.snakemake("longtial")
    assert ran.returncode == 1
    assert "Error: nothing makes longtial; did you mean longtail?" in ran.stdout
    assert "MissingRuleException" not in ran.stdout
