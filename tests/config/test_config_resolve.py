"""What a configuration resolves to."""

import copy

import pytest
import yaml

from clipcause.config import resolve, resolve_or_exit
from clipcause.config.layers import merged, read_layers
from clipcause.errors import UserError


def test_the_shipped_config_resolves(shipped):
    resolve(shipped)


def test_the_given_configuration_is_left_alone(shipped):
    before = copy.deepcopy(shipped)
    resolved = resolve(shipped)
    resolved["studies"]["longtail"]["arms"].clear()
    resolved["models"]["tiny"]["widths"].append(1)
    assert shipped == before
    assert resolve(shipped)["models"]["tiny"]["widths"] == [32, 64, 96, 128]


def test_resolving_twice_changes_nothing(shipped, complete):
    for config in (shipped, complete):
        assert yaml.safe_dump(resolve(resolve(config))) == yaml.safe_dump(resolve(config))


def test_an_empty_configuration_is_all_defaults():
    resolved = resolve({})
    assert resolved["studies"] == {}
    assert resolved["seeds"] == 3


def test_two_spellings_resolve_alike(complete):
    other = copy.deepcopy(complete)
    other["recipes"]["clip"] = dict(reversed(complete["recipes"]["clip"].items())) | {"weight_decay": 0.1}
    other["subsets"]["flat"]["imbalance"] = 1.0
    one, two = resolve(complete), resolve(other)
    assert repr(one["recipes"]["clip"]) == repr(two["recipes"]["clip"])
    assert repr(one["subsets"]["flat"]) == repr(two["subsets"]["flat"])


def test_only_leaves_the_other_studies_out(shipped):
    only = resolve(merged(shipped, {"only": ["robustness", "longtail"]}))
    assert only["studies"] == {name: resolve(shipped)["studies"][name] for name in ("longtail", "robustness")}
    with pytest.raises(UserError, match=r"only\[0\]: .*longtale.* did you mean longtail\?"):
        resolve(merged(shipped, {"only": ["longtale"]}))


def test_what_a_study_that_is_left_out_asks_of_a_run_is_not_put_to_it(shipped):
    """One run is measured by one vocabulary; of two studies that disagree, only one is to run."""
    other = {**shipped["studies"]["balance"], "vocabulary": "further"}
    with pytest.raises(UserError, match="vocabulary"):
        resolve(merged(shipped, {"studies": {"balance": other}}))
    resolve(merged(shipped, {"studies": {"balance": other}, "only": ["longtail"]}))


@pytest.mark.parametrize(("samples_seen", "warmup"), [(48000, 3840), (64, 5), (128, 10)])
def test_warm_up_is_eight_percent_unless_given(complete, samples_seen, warmup):
    complete["recipes"]["clip"] |= {"samples_seen": samples_seen}
    complete["studies"] = {}
    assert resolve(complete)["recipes"]["clip"]["warmup_samples"] == warmup
    complete["recipes"]["clip"]["warmup_samples"] = 0
    assert resolve(complete)["recipes"]["clip"]["warmup_samples"] == 0


def test_null_removes_a_name_and_nothing_else(shipped):
    layer = {"studies": {"longtail": {"claims": {"clip_less_biased": None}}}, "testsets": {"odd": None}}
    resolved = resolve(merged(shipped, layer))
    claims = list(resolve(shipped)["studies"]["longtail"]["claims"])
    assert list(resolved["studies"]["longtail"]["claims"]) == [name for name in claims if name != "clip_less_biased"]
    assert "odd" not in resolved["testsets"]
    studies = list(resolve(shipped)["studies"])
    without = resolve(merged(shipped, {"studies": {"longtail": None}}))["studies"]
    assert list(without) == [name for name in studies if name != "longtail"]
    with pytest.raises(UserError, match="pools: null is not a mapping"):
        resolve(merged(shipped, {"pools": None}))


def test_the_snakefile_ends_with_one_line(shipped):
    assert resolve_or_exit(shipped) == resolve(shipped)
    with pytest.raises(SystemExit) as caught:
        resolve_or_exit(shipped | {"seeds": 0})
    assert caught.value.code == "error: config: seeds: 0 is out of range; allowed: 1 or more"


def test_layers_merge_as_snakemake_merges_them(tmp_path):
    from snakemake.utils import update_config

    below = {"a": {"b": 1, "c": {"d": 2}}, "e": [1, 2], "f": 3, "n": None}
    above = {"a": {"c": {"x": 5}, "b": {"y": 1}}, "e": [3], "f": {"g": {"h": None}}, "n": {"m": 1}}
    expected = copy.deepcopy(below)
    update_config(expected, above)
    assert merged(below, above) == expected
    for name, layer in (("below", below), ("above", above)):
        (tmp_path / name).write_text(yaml.safe_dump(layer))
    assert read_layers([tmp_path / "below", tmp_path / "above"]) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seeds: 3\n  pools: {", "line 2 is not YAML"),
        ("- seeds\n", "holds no keys"),
        ("", "holds no keys"),
        ("seeds: \x00", "not YAML"),
        ("when: 2024-13-45\n", "not YAML: month must be in 1..12"),
        ("seeds:\t3\n", "line 1 is not YAML: found character '\\t'"),
        ("seeds: *nowhere\n", "line 1 is not YAML: found undefined alias 'nowhere'"),
        ("seeds: 2\n---\nseeds: 3\n", "line 2 is not YAML"),
        (f"seeds: {'9' * 5000}\n", "not YAML: Exceeds the limit"),
        (f"seeds: {'[' * 3000}{']' * 3000}\n", "nested too deeply"),
        ("seeds: 2\npools: {}\nseeds: 3\n", "seeds stands twice, in line 1 and in line 3; keep one of them"),
        ("recipes:\n  clip: {a: 1}\n  clip: {}\n", "recipes.clip stands twice, in line 2 and in line 3"),
        ("only:\n- {a: 1, b: 1, a: 2}\n", "only.a stands twice, in line 2 and in line 2"),
    ],
)
def test_a_file_that_is_no_configuration_is_named(tmp_path, text, message):
    path = tmp_path / "my.yaml"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        read_layers([path])
    assert str(caught.value).startswith(f"{path}: {message}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xfeseeds", "seeds: Gr\xfc\xdfe".encode("latin1"), bytes(range(256)), None])
def test_a_file_that_is_no_text_is_named(tmp_path, content):
    path = tmp_path / "my.yaml"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_layers([path])
    assert str(caught.value).startswith(f"{path}: ") and "\n" not in str(caught.value)


def test_an_alias_is_no_repetition(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_text("a: &a {x: 1}\nb: *a\nc: {<<: *a, y: 2}\n")
    assert read_layers([path]) == {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 1, "y": 2}}


def test_aliases_of_aliases_are_counted_before_anyone_walks_through_them(tmp_path):
    path = tmp_path / "bomb.yaml"
    lines = [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)]
    path.write_text("a0: &a0 x\n" + "".join(lines))
    with pytest.raises(UserError, match=r"bomb.yaml: its aliases stand for [\d,]+ values; 1,000,000 are allowed"):
        read_layers([path])


def test_the_snakefile_s_own_files_are_read_for_what_stands_twice(tmp_path, shipped):
    path = tmp_path / "my.yaml"
    path.write_text("seeds: 2\nseeds: 3\n")
    with pytest.raises(SystemExit, match=r"my.yaml: seeds stands twice"):
        resolve_or_exit(shipped, [tmp_path / "nowhere.yaml", path])


def test_arms_may_differ_in_what_belongs_to_their_objective(complete):
    """Without a word in the study: two supervised arms with and without vocabulary subsampling, and one of dino."""
    complete["recipes"]["every_class"] = complete["recipes"]["few_classes"] | {"vocabulary_size": None}
    complete["recipes"]["uncropped"] = complete["recipes"]["teacher"] | {"crop": 1, "flip": True}
    study = complete["studies"]["all"]
    study["arms"] |= {name: {"subset": "whole", "recipe": name} for name in ("few_classes", "every_class")}
    resolve(complete)
    study["arms"]["uncropped"] = {"subset": "whole", "recipe": "uncropped"}
    with pytest.raises(
        UserError, match=r"studies\.all\.arms\.uncropped\.recipe: its flip is true, that of clip is false"
    ):
        resolve(complete)
    study["differs"] = ["model", "flip"]
    resolve(complete)


@pytest.mark.parametrize(("source", "fault"), [("found", None), ("whole", "the pool web has no labels")])
def test_labels_found_in_captions_serve_where_a_pool_has_none(source, fault):
    layer = {
        "pools": {"web": {"source": "web", "metadata": "urls.parquet"}},
        "vocabularies": {"objects": {"path": "vocabulary.csv"}},
        "subsets": {
            "whole": {"method": "all", "from": "web"},
            "found": {"method": "label_by_caption", "from": "whole", "vocabulary": "objects"},
            "few": {"method": "cap", "from": source, "at_most": 5},
        },
    }
    if fault:
        with pytest.raises(UserError, match=fault):
            resolve(layer)
    else:
        resolve(layer)
