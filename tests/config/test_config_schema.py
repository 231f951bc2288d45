"""The schema is sound, says everything about its keys, and agrees with the stages and with the page made of it."""

import dataclasses
import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from jsonschema import Draft202012Validator

from clipcause.config import resolve
from clipcause.config.columns import INDEX_COLUMNS
from clipcause.config.comparisons import MACHINES, OBJECTIVES_OWN
from clipcause.config.document import document
from clipcause.config.objectives import SELF_SUPERVISED, WITHOUT_CAPTIONS
from clipcause.config.schema import SCHEMA, schema, types

ROOT = Path(__file__).parents[2]


def every_key(node: dict, path: tuple = ()):
    """Yield (path, schema, whether it is required) of every key that the schema names."""
    for branch in node.get("oneOf", [node]):
        for key, each in branch.get("properties", {}).items():
            yield (*path, key), each, key in branch.get("required", [])
            yield from every_key(each, (*path, key))
        if isinstance(entries := branch.get("additionalProperties"), dict):
            yield from every_key(entries, (*path, "NAME"))


def section(name: str) -> dict:
    """The schema of one named thing of a section."""
    return schema()["properties"][name]["additionalProperties"]


def schema_of_training():
    """The keys that all recipes have which train."""
    return set.intersection(*(set(branch["properties"]) for branch in training_branches().values()))


def training_branches():
    """The schema of every recipe that trains, by its objective."""
    branches = {branch["properties"]["objective"]["const"]: branch for branch in section("recipes")["oneOf"]}
    del branches["pretrained"]
    return branches


def variants(name: str) -> set[str]:
    key = section(name)["discriminator"]["propertyName"]
    return {branch["properties"][key]["const"] for branch in section(name)["oneOf"]}


KEYS = list(every_key(schema()))


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(yaml.safe_load(SCHEMA.read_text()))


@pytest.mark.parametrize("key", KEYS, ids=lambda key: ".".join(key[0]))
def test_every_key_has_a_sentence_and_a_default_or_is_required(key):
    _, node, required = key
    assert node["description"][0].isupper() or node["description"].startswith('"')
    assert node["description"].endswith(".")
    assert required != ("default" in node)
    if {"integer", "number"} & set(types(node)):
        assert node["unit"]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: ".".join(key[0]))
def test_every_default_is_allowed(key):
    _, node, _ = key
    if "default" in node:
        jsonschema.validate(node["default"], node)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: ".".join(key[0]))
def test_every_mapping_is_closed(key):
    _, node, _ = key
    if "properties" in node:
        assert node["additionalProperties"] is False
    elif types(node) == ["object"] and "oneOf" not in node:
        assert isinstance(node["additionalProperties"], dict)


def test_any_reader_of_json_schema_accepts_what_resolves(shipped, complete):
    """The annotations and our own way with `oneOf` add words to the schema, not meaning."""
    plain = yaml.safe_load(SCHEMA.read_text())
    for config in (shipped, complete):
        jsonschema.validate(config, plain)
        jsonschema.validate(resolve(config), plain)


def test_every_default_is_filled_in(complete):
    without = resolve(complete)
    assert json.loads(json.dumps(without)) == without
    assert without["seeds"] == 3
    assert without["pools"]["web"]["timeout_seconds"] == 10
    assert without["studies"]["all"]["paper"] is None


def test_the_page_is_the_one_that_the_schema_makes():
    assert (ROOT / "docs" / "configuration.md").read_text() == document()


def test_recipe_keys_either_belong_to_the_objective_or_can_be_listed_as_a_difference():
    listed = section("studies")["properties"]["differs"]["items"]["enum"]
    assert {*listed, *OBJECTIVES_OWN, *MACHINES} == set(schema_of_training())


def test_measures_are_those_that_evaluation_and_studies_have():
    from clipcause.config import measures
    from clipcause.evaluation.evaluators import EVALUATORS
    from clipcause.evaluation.measures import MEASURES
    from clipcause.studies.measures import SCALARS

    assert tuple(SCALARS) == measures.MEASURES
    assert tuple(name for name, each in MEASURES.items() if not each.per_class) == measures.OF_ANSWERS
    assert tuple(EVALUATORS) == measures.EVALUATORS
    for evaluator in EVALUATORS.values():
        for measure in evaluator.measures:
            assert measures.by_readout(measure.name) == evaluator.by_readout
            assert measures.by_attribute(measure.name) == evaluator.by_attribute


def test_what_is_said_of_effective_robustness_holds_where_it_is_computed():
    from clipcause.config.measures import OF_SHIFTS
    from clipcause.config.robustness import FEWEST_BASELINES
    from clipcause.studies import robustness

    assert robustness.FEWEST_BASELINES == FEWEST_BASELINES
    assert (robustness.EFFECTIVE_ROBUSTNESS.name,) == OF_SHIFTS


def test_readouts_are_those_that_evaluation_has():
    from clipcause.evaluation.readouts import READOUTS

    pattern = section("studies")["properties"]["readouts"]["items"]["pattern"]
    assert pattern == f"^({'|'.join(READOUTS)}|[1-9][0-9]*_shot)$"
    claim = section("studies")["properties"]["claims"]["additionalProperties"]
    assert claim["properties"]["readout"]["pattern"] == pattern


def test_miniweb_keys_are_the_generators():
    from clipcause.miniweb.settings import Settings

    assert [field.name for field in dataclasses.fields(Settings)] == list(
        schema()["properties"]["miniweb"]["properties"]
    )
    Settings.from_json(json.dumps(resolve({})["miniweb"]))


def test_recipe_keys_are_those_of_training():
    from clipcause.training.recipe import Recipe

    assert {field.name for field in dataclasses.fields(Recipe)} - {"own"} == set(schema_of_training()) - {*MACHINES}


def test_names_of_variants_are_those_of_the_stages():
    from clipcause.models.build import ARCHITECTURES
    from clipcause.subsets.interventions import INTERVENTIONS
    from clipcause.training.objectives import OBJECTIVES

    assert variants("models") == set(ARCHITECTURES)
    assert variants("subsets") == set(INTERVENTIONS)
    assert training_branches().keys() == OBJECTIVES.keys()
    for objective, branch in training_branches().items():
        assert branch["properties"].keys() - schema_of_training() == set(OBJECTIVES[objective].keys)


def test_what_is_said_of_objectives_holds_for_their_classes():
    from clipcause.training.objectives import OBJECTIVES

    assert {name for name, each in OBJECTIVES.items() if each.views == 2} == set(SELF_SUPERVISED)
    assert {name for name, each in OBJECTIVES.items() if not each.reads_text} == set(WITHOUT_CAPTIONS)


def test_vocabulary_weightings_are_those_of_training():
    from clipcause.training.objectives.vocabulary import WEIGHTINGS

    assert training_branches()["supervised"]["properties"]["vocabulary_weighting"]["enum"] == list(WEIGHTINGS)


def test_index_columns_are_those_of_a_pool():
    from clipcause.pools.metadata import RESERVED

    assert {*INDEX_COLUMNS, "row"} == set(RESERVED)
