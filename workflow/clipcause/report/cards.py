"""Data cards side by side: what each subset is, how it was made, how it resembles test sets."""

from collections.abc import Mapping, Sequence

from clipcause.report.facts import NOTHING, Cell, Fact, Facts, amounts, union, valued, worded
from clipcause.report.numbers import PERCENT, PLAIN, count, noted, span
from clipcause.report.results import sources_of


def compare_cards(cards: Mapping[str, Sequence[dict]], details: Mapping[str, dict]) -> list[Facts]:
    """Everything that data cards say, compared.

    `cards` holds the cards of each subset's draws, `details` what is said further of one draw of some subsets. Facts
    that no subset has are left out, and headings without facts.
    """
    drawn = list(cards.values())
    told = [details.get(subset) for subset in cards]
    attributes = union(each["attributes"] for each in told if each)
    groups = [
        Facts("How it was made", True, making([each[0]["settings"] for each in drawn])),
        Facts("Size and classes", True, size(drawn)),
        Facts("Similarity to test sets", True, likeness(told), likeness_key(told)),
        *(
            Facts(f"Attribute {each}", True, attribute([_of(one, "attributes", each) for one in told]))
            for each in attributes
        ),
        Facts("Against the truth", False, truth(told)),
        Facts("What methods note", False, notes([noted(each[0]["notes"]) for each in drawn])),
        Facts("Digests", False, digests(drawn)),
    ]
    return [group for group in groups if group.rows]


def making(settings: Sequence[Mapping]) -> list[Fact]:
    """Method, sources, and every setting that is more than nothing for some subset."""
    keys = [key for key in union(settings) if key not in ("method", "from") and any(each.get(key) for each in settings)]
    return [
        worded("method", [each["method"] for each in settings]),
        worded("from", [", ".join(sources_of(each)) for each in settings]),
        *(worded(key, [_setting(each.get(key)) for each in settings]) for key in keys),
    ]


def size(drawn: Sequence[Sequence[dict]]) -> list[Fact]:
    """How many samples, of which classes; over the draws where they differ."""
    classes = [each[0]["classes"] for each in drawn]
    first = [each[0] for each in drawn]
    return [
        _over_draws("Samples", drawn, "samples", 0),
        _over_draws("Images, each once", drawn, "images", 0),
        _over_draws("Candidates", drawn, "candidates", 0),
        by_class(classes),
        amounts("Classes", [len(of) for of in classes], [count(len(of)) for of in classes]),
        _over_draws("Imbalance", drawn, "imbalance", 1),
        valued("In the head third of classes", first, "head_share", PERCENT.quantity),
        valued("In the tail third", first, "tail_share", PERCENT.quantity),
        _over_draws("Unlabelled", drawn, "unlabelled", 0),
    ]


def by_class(classes: Sequence[Mapping[str, int]]) -> Fact:
    """Samples by class, most frequent first, all subsets against the same tallest bar."""
    tallest = max((samples for of in classes for samples in of.values()), default=1)
    cells = []
    for of in classes:
        ends = [f"{name} {count(of[name])}" for name in (list(of)[:1] + list(of)[-1:])]
        cells.append(Cell(" … ".join(ends), counts=of, tallest=tallest) if of else Cell(NOTHING))
    return Fact("Samples by class", cells)


def likeness(told: Sequence[dict | None]) -> list[Fact]:
    """How near the test images are to each subset, what of them is in it, and duplicates within it."""
    of = [each["likeness"] if each else None for each in told]
    rows = []
    for testset in union(each["testsets"] for each in of if each):
        here = [_of(each, "testsets", testset) for each in of]
        inside = [each["contaminated"] if each else None for each in here]
        found = [f"{count(each['exact'])} + {count(each['near'])}" if each else None for each in inside]
        rows.append(Fact(testset, [_nearest(each["nearest"]) if each else Cell(NOTHING) for each in here]))
        rows.append(
            amounts(f"Also in {testset}", [each["exact"] + each["near"] if each else None for each in inside], found)
        )
    twins = [each["duplicates"] if each else None for each in of]
    if any(twins):
        rows.append(valued("Exact duplicates", twins, "exact", count))
        rows.append(valued("Near duplicates", twins, "near", count))
    return rows


def likeness_key(told: Sequence[dict | None]) -> str:
    """What the marks of `likeness` mean."""
    distances = {each["likeness"]["duplicates"]["distance"] for each in told if each and each["likeness"]}
    within = " or ".join(PLAIN.number(each) for each in sorted(distances))
    return (
        "By test set, the cosine of its images to the nearest sample: median, half and nine tenths of them. "
        "Also in a test set: images of the subset that equal one of its images + near duplicates of one. "
        "Duplicates: images with an equal one, or a near one, before them. "
        f"Near is within a cosine distance of {within}."
    )


def attribute(of: Sequence[dict | None]) -> list[Fact]:
    """How frequent an attribute is, and how much it hangs together with classes."""
    association = [each["association_bias"] if each else None for each in of]
    rows = [
        valued("Share of samples", of, "share", PERCENT.quantity),
        valued("Share wished for", of, "target", PERCENT.quantity),
        valued("Representation bias", of, "representation_bias", PLAIN.number),
    ]
    if any(each and each["max"] is not None for each in association):
        rows.append(valued("Association bias, mean", association, "mean", PLAIN.number))
        rows.append(valued("Association bias, largest", association, "max", PLAIN.number))
        rows.append(worded("Largest with", [each["label"] if each else None for each in association]))
    return rows


def truth(told: Sequence[dict | None]) -> list[Fact]:
    """What only the miniweb's generator knows of the samples: duplicates that are left, what was kept of each kind."""
    rows = []
    twins = [each["true_duplicates"] if each else None for each in told]
    if any(twins):
        removed = [each if each and each["removed"] else None for each in twins]
        rows.append(worded("True duplicates left", [_share_of(each, "left", "redundant") for each in twins]))
        rows.append(
            worded("Left out, of a group of duplicates", [_share_of(each, "of_a_group", "removed") for each in removed])
        )
    for column in union(each["truth"] for each in told if each):
        kinds = [_of(each, "truth", column) or {} for each in told]
        for kind in union(kinds):
            of = [each.get(kind) for each in kinds]
            kept = [{"kept": each["kept"] / each["of"]} if each else None for each in of]
            changes = [_change(each) if each else None for each in of]
            name = f"{column.replace('_', ' ')} {kind}"
            rows.append(valued(f"{name}, kept", kept, "kept", PERCENT.quantity))
            if any(changes):
                rows.append(worded(f"{name}, association", changes))
    return rows


def notes(noted_by: Sequence[Mapping[str, str]]) -> list[Fact]:
    """Whatever the methods note of what they did."""
    return [worded(key, [each.get(key) for each in noted_by]) for key in union(noted_by)]


def digests(drawn: Sequence[Sequence[dict]]) -> list[Fact]:
    """The beginning of each manifest's SHA-256, by draw."""
    of = [{card["draw"]: card["digest"] for card in each} for each in drawn]
    return [
        Fact(f"Draw {draw}", [Cell(each[draw][:12], hint=each[draw]) if draw in each else Cell(NOTHING) for each in of])
        for draw in sorted({draw for each in of for draw in each})
    ]


def _setting(value: object) -> str | None:
    if not value:
        return None
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_setting(of)}" for key, of in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _over_draws(name: str, drawn: Sequence[Sequence[dict]], key: str, digits: int) -> Fact:
    values = [[card[key] for card in each if card[key] is not None] for each in drawn]
    return amounts(
        name,
        [max(each, default=None) for each in values],
        [span(each, digits) if each else None for each in values],
    )


def _nearest(quantiles: Mapping[str, float]) -> Cell:
    spread = PLAIN.interval(quantiles["0.05"], quantiles["0.95"])
    return Cell(PLAIN.number(quantiles["0.5"]), nearest=quantiles, hint=f"median; nine of ten within {spread}")


def _share_of(counts: Mapping[str, int] | None, part: str, whole: str) -> str | None:
    return f"{count(counts[part])} of {count(counts[whole])}" if counts else None


def _change(of: Mapping) -> str | None:
    ends = of["association_before"], of["association"]
    return None if None in ends else " → ".join(map(PLAIN.number, ends))


def _of(told: Mapping | None, part: str, name: str) -> dict | None:
    return told[part].get(name) if told else None
