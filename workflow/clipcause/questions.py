"""What claims and effects ask of their study: measures, test sets, and a contrast of arms, each by a readout.

A contrast names arms as `clip`, read out as the question says, or as `clip@ensemble`, read out by `ensemble`. Read by
the configuration's checks and by the studies stage, so that both mean the same.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

EFFECTIVE_ROBUSTNESS = "effective_robustness"


class Term(NamedTuple):
    """An arm as a contrast names it: read out in one way, None for a measure of features."""

    arm: str
    readout: str | None = None


class Question(NamedTuple):
    """A claim or an effect, but for what is expected of it.

    measures   one; two of a claim on relative cuts, `of` and `than`
    testsets   the estimate is a mean over them
    readout    of terms that name none; None for measures of features
    attribute  None for measures that are about none
    terms      the weight of each; of relative cuts 1 after and -1 before
    named      per term the keys under which it stands
    testset_key  the key that lists the test sets
    """

    measures: tuple[str, ...]
    testsets: tuple[str, ...]
    readout: str | None
    attribute: str | None
    terms: dict[Term, float]
    named: dict[Term, tuple[str, ...]]
    testset_key: str

    def key_of(self, place: int) -> tuple:
        """The keys of one of its test sets: `testset` alone where it names a single one."""
        single = self.testset_key == "testset" and len(self.testsets) == 1
        return (self.testset_key,) if single else (self.testset_key, place)


class Lack(NamedTuple):
    """A name in a question that its study does not have: the keys under which it stands, and those it could be."""

    keys: tuple
    what: str
    found: str
    known: list[str]


def of_claim(claim: Mapping) -> Question | None:
    """What a claim asks; None of a statement that cannot be asked."""
    if claim.get("cannot_be_asked") is not None:
        return None
    if cut := claim.get("cut"):
        terms = {Term(cut["after"], claim["readout"]): 1.0, Term(cut["before"], claim["readout"]): -1.0}
        named = {Term(cut[key], claim["readout"]): ("cut", key) for key in ("before", "after")}
        measures = cut["of"], cut["than"]
    else:
        terms, named = _terms(claim["contrast"], claim["readout"], ("contrast",))
        measures = (claim["measure"],)
    testset = claim["testset"]
    testsets = (testset,) if isinstance(testset, str) else tuple(testset)
    return Question(measures, testsets, claim["readout"], claim["attribute"], terms, named, "testset")


def of_effects(group: Mapping) -> dict[str, Question]:
    """What each contrast of a group of effects asks, by its name."""
    about = tuple(group["testsets"]), group["readout"], group["attribute"]
    return {
        name: Question(
            (group["measure"],), *about, *_terms(contrast, group["readout"], ("contrasts", name)), "testsets"
        )
        for name, contrast in group["contrasts"].items()
    }


def _terms(contrast: Mapping[str, float], readout: str | None, above: tuple) -> tuple[dict, dict]:
    terms: dict[Term, float] = {}
    named: dict[Term, tuple] = {}
    for written, weight in contrast.items():
        arm, at, by = written.partition("@")
        term = Term(arm, by if at else readout)
        terms[term] = terms.get(term, 0.0) + weight
        named.setdefault(term, (*above, written))
    return terms, named


def lacks(question: Question, study: Mapping) -> Iterator[Lack]:
    """Yield what a question names and its study, with arms, test sets, readouts, attributes, robustness, has not."""
    for term, keys in question.named.items():
        if term.arm not in study["arms"]:
            yield Lack(keys, "arms", term.arm, list(study["arms"]))
    for place, testset in enumerate(question.testsets):
        if testset not in study["testsets"]:
            yield Lack(question.key_of(place), "test sets", testset, list(study["testsets"]))
    robustness = study.get("robustness") if EFFECTIVE_ROBUSTNESS in question.measures else None
    own = robustness["readout"] if robustness else None  # checked where the section is
    if question.readout not in (None, own, *study["readouts"]):
        yield Lack(("readout",), "readouts", question.readout, list(study["readouts"]))
    for term, keys in question.named.items():
        if term.readout not in (None, own, question.readout, *study["readouts"]):
            yield Lack(keys, "readouts", term.readout, list(study["readouts"]))
    if question.attribute is not None and question.attribute not in study["attributes"]:
        yield Lack(("attribute",), "attributes", question.attribute, list(study["attributes"]))
    if EFFECTIVE_ROBUSTNESS in question.measures and robustness is None:
        yield Lack(("measure",), "robustness", EFFECTIVE_ROBUSTNESS, [])
    elif robustness is not None:
        for place, testset in enumerate(question.testsets):
            if testset in study["testsets"] and testset not in robustness["shifts"]:
                yield Lack(question.key_of(place), "shifts", testset, list(robustness["shifts"]))
