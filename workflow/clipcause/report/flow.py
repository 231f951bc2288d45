"""The data flow of studies as a graph: pools and test sets, subsets, runs, studies, and what is made of what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from clipcause.report.results import sources_of

KINDS = {"pool": "Pools", "testset": "Test sets", "subset": "Subsets", "run": "Runs", "study": "Studies"}
Key = tuple[str, ...]  # kind and name; of a run kind, subset and recipe


@dataclass
class Node:
    """Something that a study rests on: its kind (`model`: one that compares images), the names it shows, and a word
    on it. Test sets with the same part to play are one node with several names."""

    kind: str
    names: list[str]
    about: str = ""

    @property
    def title(self) -> str:
        """`subset longtail, by resample`."""
        kind = {"testset": "test sets" if len(self.names) > 1 else "test set"}.get(self.kind, self.kind)
        return f"{kind} {', '.join(self.names)}" + (f", {self.about}" if self.about else "")


@dataclass
class Flow:
    """Nodes by key, and edges from what is read to what is made of it; no edge leads back."""

    nodes: dict[Key, Node] = field(default_factory=dict)
    edges: set[tuple[Key, Key]] = field(default_factory=set)

    def into(self, key: Key) -> list[Key]:
        """What a node is made of, in the order of `nodes`."""
        return [each for each in self.nodes if (each, key) in self.edges]

    def out_of(self, key: Key) -> list[Key]:
        """What is made of a node, in the order of `nodes`."""
        return [each for each in self.nodes if (key, each) in self.edges]


def data_flow(config: Mapping, studies: Iterable[str], seeds: Mapping[tuple[str, str], int]) -> Flow:
    """The flow to some studies of a resolved configuration; `seeds` tells of a subset and a recipe how many runs.

    Pools and test sets stand first, then subsets, each after what it is taken from, then runs, then studies.
    """
    making = _Making(config, seeds)
    for study in studies:
        making.study(study)
    ordered = {key: making.flow.nodes[key] for kind in (*KINDS, "model") for key in making.flow.nodes if key[0] == kind}
    return _with_testsets_together(Flow(ordered, making.flow.edges))


class _Making:
    def __init__(self, config: Mapping, seeds: Mapping[tuple[str, str], int]) -> None:
        self.config, self.seeds, self.flow = config, seeds, Flow()

    def study(self, name: str) -> None:
        settings = self.config["studies"][name]
        study = self._add(("study", name), settings["title"])
        for arm in settings["arms"].values():
            self._edge(self.run(arm["subset"], arm["recipe"]), study)
        self._edge(self.subset(settings["frequency_of"]), study)
        for testset in settings["testsets"]:
            self._edge(self.testset(testset), study)

    def run(self, subset: str, recipe: str) -> Key:
        key = ("run", subset, recipe)
        if key in self.flow.nodes:
            return key
        settings = self.config["recipes"][recipe]
        if settings["objective"] == "pretrained":
            return self._add(key, "trained by others", recipe)
        count = self.seeds.get((subset, recipe), 0)
        self._add(key, f"on {subset}" + (f", {count} seeds" if count > 1 else ""), recipe)
        self._edge(self.subset(subset), key)
        if settings["first_subset"]:
            self._edge(self.subset(settings["first_subset"]), key)
        if settings["start"]["source"] == "run":
            self._edge(self.run(settings["start"]["subset"], settings["start"]["recipe"]), key)
        return key

    def subset(self, name: str) -> Key:
        key = ("subset", name)
        if key in self.flow.nodes:
            return key
        settings = self.config["subsets"][name]
        self._add(key, f"by {settings['method']}")
        for source in (*sources_of(settings), settings.get("size_of"), settings.get("frequency_of")):
            if source is not None:
                self._edge(self._collection(source), key)
        for testset in (*settings.get("testsets", ()), settings.get("reference")):
            if testset is not None:
                self._edge(self.testset(testset) if testset in self.config["testsets"] else self.pool(testset), key)
        if settings.get("embedder"):
            self._edge(self.model(settings["embedder"]), key)
        return key

    def model(self, name: str) -> Key:
        settings = self.config["embedders"][name]
        if settings["source"] != "run":
            return self._add(("model", name), "trained by others, by which samples are compared")
        key = self._add(("model", name), f"by which samples are compared, trained on {settings['subset']}")
        self._edge(self.subset(settings["subset"]), key)
        return key

    def testset(self, name: str) -> Key:
        settings = self.config["testsets"][name]
        key = self._add(("testset", name))
        if settings["source"] == "pool":
            self._edge(self.pool(settings["pool"]), key)
        return key

    def pool(self, name: str) -> Key:
        return self._add(("pool", name))

    def _collection(self, name: str) -> Key:
        return self.pool(name) if name in self.config["pools"] else self.subset(name)

    def _add(self, key: Key, about: str = "", shown: str | None = None) -> Key:
        self.flow.nodes.setdefault(key, Node(key[0], [shown or key[1]], about))
        return key

    def _edge(self, start: Key, end: Key) -> None:
        self.flow.edges.add((start, end))


def _with_testsets_together(flow: Flow) -> Flow:
    """The same flow with one node for test sets that are made of the same and go into the same."""
    first: dict[tuple, Key] = {}
    stands_for: dict[Key, Key] = {}
    nodes: dict[Key, Node] = {}
    for key, node in flow.nodes.items():
        place = (key[0] == "testset" or key, tuple(flow.into(key)), tuple(flow.out_of(key)))
        stands_for[key] = first.setdefault(place, key)
        if stands_for[key] == key:
            nodes[key] = node
        else:
            nodes[stands_for[key]].names += node.names
    return Flow(nodes, {(stands_for[start], stands_for[end]) for start, end in flow.edges})
