"""Claims and effects: what they ask by default, and claims that wait for a preset."""

import pytest
import yaml

from clipcause.config import resolve, resolve_for_run
from clipcause.config.layers import merged
from clipcause.errors import UserError
from clipcause.questions import Term, of_claim, of_effects

LARGER = {
    "statement": "Larger is better.",
    "measure": "accuracy",
    "testset": "part",
    "contrast": {"huge": 1, "clip": -1},
    "expect": "above",
    "margin": 0.1,
}
BRINGS = {"studies": {"all": {"arms": {"huge": {"subset": "whole", "recipe": "few_classes"}}, "differs": ["model"]}}}


@pytest.fixture
def preset(tmp_path, monkeypatch):
    """A preset in the folder from which the configuration is read, and a claim that names it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full.yaml").write_text(yaml.safe_dump(BRINGS))
    return LARGER | {"preset": "full.yaml"}


def claiming(complete, claim, *layers):
    config = merged(complete, {"studies": {"all": {"claims": {"larger": claim}}}})
    for layer in layers:
        config = merged(config, layer)
    return config


def test_a_claim_that_its_preset_brings_arms_for_waits_for_it(complete, preset):
    assert resolve(claiming(complete, preset))["studies"]["all"]["claims"]["larger"]["contrast"]["huge"] == 1.0


def test_without_a_preset_it_is_the_error_that_it_was(complete):
    with pytest.raises(
        UserError, match=r"larger\.contrast\.huge: 'huge' is not one of the arms of all \(clip, stock\)"
    ):
        resolve(claiming(complete, LARGER))


def test_what_the_preset_does_not_bring_is_an_error_with_it_and_without_it(complete, preset):
    typo = preset | {"contrast": {"hgue": 1, "clip": -1}}
    for layers in ([], [BRINGS]):
        with pytest.raises(UserError, match=r"larger\.contrast\.hgue: 'hgue' is not .*; full\.yaml does not bring it"):
            resolve(claiming(complete, typo, *layers))


def test_a_preset_that_is_not_there_is_named_where_it_is_needed(complete, preset):
    with pytest.raises(UserError, match=r"larger\.preset: 'fll\.yaml' does not exist, seen from"):
        resolve(claiming(complete, preset | {"preset": "fll.yaml"}))
    resolve(claiming(complete, preset | {"preset": "fll.yaml", "contrast": {"clip": 1}}))


def test_a_measure_that_is_none_is_named_before_the_preset_is_there(complete, preset):
    with pytest.raises(UserError, match=r"larger\.measure: 'accurcy' is not one of the measures"):
        resolve(claiming(complete, preset | {"measure": "accurcy"}))
    resolve(claiming(complete, preset | {"measure": "theirs.sharpness"}))


def test_what_all_contrasts_of_a_group_share_is_said_once(complete):
    group = complete["studies"]["shifted"]["effects"]["both"]
    group |= {"measure": "accurcy", "contrasts": {name: {"other": 1} for name in ("one", "two")}}
    with pytest.raises(
        UserError, match=r"effects\.both\.measure: 'accurcy' [^()]*\(accuracy, [^()]*\); did you mean accuracy\?$"
    ):
        resolve(complete)


def test_a_test_set_a_readout_and_an_attribute_may_come_with_the_preset_too(complete, preset, tmp_path):
    more = {"testsets": ["folder", "part", "lesson"], "readouts": ["own", "head"], "attributes": ["gold", "photo"]}
    (tmp_path / "more.yaml").write_text(yaml.safe_dump({"studies": {"all": more}}))
    asks = {"measure": "gap", "testset": ["part", "lesson"], "attribute": "photo", "contrast": {"stock@head": 1}}
    claim = LARGER | asks | {"preset": "more.yaml"}
    resolve(claiming(complete, claim))
    with pytest.raises(UserError, match=r"larger\.testset\[1\]: 'lesson'.* \(and 2 more\)"):
        resolve(claiming(complete, claim | {"preset": None}))


def test_effective_robustness_may_come_with_the_preset(complete, preset, tmp_path):
    section = complete["studies"]["shifted"]["robustness"]
    (tmp_path / "lines.yaml").write_text(yaml.safe_dump({"studies": {"shifted": {"robustness": section}}}))
    complete["studies"]["shifted"]["claims"]["off_the_line"]["preset"] = "lines.yaml"
    complete["studies"]["shifted"]["robustness"] = None
    resolve(complete)
    (tmp_path / "bare.yaml").write_text("studies: {shifted: {}}")
    complete["studies"]["shifted"]["claims"]["off_the_line"]["preset"] = "bare.yaml"
    with pytest.raises(UserError, match=r"needs baselines and shifts; .*; bare\.yaml does not bring it either"):
        resolve(complete)


def test_presets_that_are_shipped_are_found_from_anywhere(shipped, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    claim = LARGER | {"testset": "sketches", "contrast": {"clip": 1}, "preset": "workflow/presets/pacs.yaml"}
    study = {"title": "x", "question": "y", "vocabulary": "objects", "frequency_of": "whole", "testsets": ["photo"]}
    study |= {"arms": {"clip": {"subset": "whole", "recipe": "clip"}}, "claims": {"larger": claim}}
    resolve_for_run(merged(shipped, {"studies": {"pacs": study}}))


def test_what_is_read_out_and_tested_by_default(complete):
    complete["studies"]["shifted"]["readouts"] = ["own", "10_shot"]
    complete["testsets"]["folder"]["train"] = "lesson"
    complete["studies"]["shifted"]["robustness"]["readout"] = "10_shot"
    group = {"title": "x", "contrasts": {"one": {"other": 1}}}
    complete["studies"]["shifted"]["effects"] = {
        "robust": group | {"measure": "effective_robustness"},
        "accurate": group | {"measure": "accuracy"},
        "collapsed": group | {"measure": "nc1"},
    }
    study = resolve(complete)["studies"]["shifted"]
    found = {name: (each["readout"], each["testsets"]) for name, each in study["effects"].items()}
    assert found == {
        "robust": ("10_shot", ["folder"]),
        "accurate": ("own", ["folder", "part"]),
        "collapsed": (None, ["folder", "part"]),
    }
    assert study["claims"]["off_the_line"]["readout"] == "10_shot"
    assert resolve(resolve(complete)) == resolve(complete)


def test_terms_name_arms_and_readouts():
    about = {"readout": "own", "attribute": None}
    claim = about | {"measure": "accuracy", "testset": "a", "contrast": {"clip@head": 1, "clip": -2, "clip@own": 0.5}}
    question = of_claim(claim)
    assert question.terms == {Term("clip", "head"): 1, Term("clip", "own"): -1.5}
    assert question.named[Term("clip", "own")] == ("contrast", "clip")
    assert (question.testsets, question.key_of(0)) == (("a",), ("testset",))
    group = about | {"measure": "accuracy", "testsets": ["a"], "contrasts": {"one": {"clip": 1}}}
    question = of_effects(group)["one"]
    assert (question.named[Term("clip", "own")], question.key_of(0)) == (("contrasts", "one", "clip"), ("testsets", 0))
    cut = {"of": "rb", "than": "ab_mean", "before": "raw", "after": "m4"}
    assert of_claim(claim | {"cut": cut}).measures == ("rb", "ab_mean")
    assert of_claim(claim | {"cannot_be_asked": "no"}) is None
