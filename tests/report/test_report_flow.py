"""The data flow: what is made of what, and where it is drawn."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from clipcause.config import resolve
from clipcause.report.flow import Flow, Node, data_flow
from clipcause.report.layers import columns_of
from clipcause.report.layout import draw

COMPLETE = Path(__file__).parents[1] / "config/complete.yaml"
ARMS = {
    "near": {"subset": "near", "recipe": "clip"},
    "tuned": {"subset": "fair", "recipe": "tuned"},
    "public": {"subset": "whole", "recipe": "public"},
}


def complete(**arms):
    """The configuration that holds one of everything, its one study with these arms."""
    config = resolve(yaml.safe_load(COMPLETE.read_text(encoding="utf-8")))
    config["studies"]["all"]["arms"] = arms
    return config


def test_a_study_rests_on_all_that_its_arms_are_made_of():
    flow = data_flow(complete(**ARMS), ["all"], {("near", "clip"): 3})
    made_of = {flow.nodes[key].title: [flow.nodes[each].title for each in flow.into(key)] for key in flow.nodes}
    whole, unique, public = "subset whole, by all", "subset unique, by deduplicate", "model public"
    by = ", trained by others, by which samples are compared"
    assert made_of == {
        "pool web": [],
        "pool files": [],
        "pool shards": [],
        "test set folder": [],
        "test set part": ["pool files"],
        whole: ["pool web"],
        unique: [whole, public + by],
        "subset near, by near_prune": ["pool shards", "test set folder", "test set part", unique, public + by],
        "subset fair, by m4": [whole],
        "subset some, by random": ["pool web"],
        "run clip, on near, 3 seeds": ["subset near, by near_prune"],
        "run clip, on whole": [whole],
        "run tuned, on fair": ["subset fair, by m4", "subset some, by random", "run clip, on whole"],
        "run public, trained by others": [],
        "study all, Everything": [
            *("test set folder", "test set part", whole, "run clip, on near, 3 seeds", "run tuned, on fair"),
            "run public, trained by others",
        ],
        public + by: [],
    }


def test_columns_go_from_what_is_read_to_what_is_made_of_it():
    flow = data_flow(complete(**ARMS), ["all"], {})
    columns = columns_of(flow)
    assert all(columns[start] < columns[end] for start, end in flow.edges)
    runs = [columns[key] for key in flow.nodes if key[0] == "run"]
    assert min(runs) > max(columns[key] for key in flow.nodes if key[0] in ("subset", "model"))
    assert max(columns.values()) == columns["study", "all"] > max(runs)


@st.composite
def flows(draw):
    """A flow of subsets, runs and studies with edges from earlier nodes to later ones."""
    kinds = sorted(draw(st.lists(st.sampled_from(["1subset", "2run", "3study"]), min_size=1, max_size=14)))
    keys = [(kind[1:], str(number)) for number, kind in enumerate(kinds)]
    pairs = list(itertools.combinations(keys, 2))
    chosen = draw(st.sets(st.sampled_from(pairs), max_size=30)) if pairs else set()
    names = st.lists(st.text("abc_", min_size=1, max_size=20), min_size=1, max_size=3)
    nodes = {key: Node(key[0], draw(names)) for key in keys}
    return Flow(nodes, {(one, other) for one, other in chosen if one[0] != "study"})


@settings(max_examples=60, deadline=None)
@given(flows())
def test_boxes_stand_apart_within_the_picture_and_lines_go_from_box_to_box(flow):
    drawing = draw(flow)
    assert {box.key for box in drawing.boxes} == set(flow.nodes)
    assert [box.number for box in drawing.boxes] == list(range(len(flow.nodes)))
    for one, other in itertools.combinations(drawing.boxes, 2):
        beside = one.x + one.width < other.x or other.x + other.width < one.x
        assert beside or one.y + one.height < other.y or other.y + other.height < one.y
    for box in drawing.boxes:
        assert box.x >= 0 and box.y >= 0
        assert box.x + box.width <= drawing.width + 0.2 and box.y + box.height <= drawing.height
    drawn = {(drawing.boxes[line.start].key, drawing.boxes[line.end].key) for line in drawing.lines}
    assert drawn == flow.edges
    for line in drawing.lines:
        start, end = drawing.boxes[line.start], drawing.boxes[line.end]
        assert line.path.startswith(f"M{start.x + start.width:.1f} ") and f" {end.x:.1f} " in line.path


def test_the_drawing_does_not_hang_on_how_python_hashes():
    script = "from test_report_flow import *\nprint(draw(data_flow(complete(**ARMS), ['all', 'shifted'], {})))"
    drawings = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(drawings) == 1 and "Drawing(" in drawings.pop()
