"""The result in words, computed from the verdicts."""

from collections import Counter
from collections.abc import Sequence

from clipcause.report.papers import paper
from clipcause.report.results import Run, Study
from clipcause.studies.claims import INCONCLUSIVE, JUDGED, NOT_SUPPORTED, SUPPORTED


def headline(studies: Sequence[Study]) -> str:
    """One sentence on all claims that were judged: `Both claims of Wen et al. 2024 are supported.`"""
    judged = [claim for study in studies for claim in study.claims if claim["verdict"] in JUDGED]
    verdicts = Counter(claim["verdict"] for claim in judged)
    total = verdicts.total()
    if total == 0:
        return "No claim was put to the test."
    whose = _whose(judged)
    if len(verdicts) == 1:
        everyone = {1: "The one claim", 2: "Both claims"}.get(total, f"All {total} claims")
        return f"{everyone}{whose} {_are(total)} {next(iter(verdicts))}."
    told = {verdict: verdicts[verdict] for verdict in tally(studies) if verdict in verdicts}
    parts = [f"{number} {_are(number)} {verdict}" for verdict, number in told.items()]
    return f"Of {total} claims{whose}, {_and(parts)}."


def tally(studies: Sequence[Study]) -> dict[str, int]:
    """How many claims of some studies have each verdict: the verdicts of evidence first, then any others."""
    verdicts = Counter(claim["verdict"] for study in studies for claim in study.claims)
    order = dict.fromkeys((SUPPORTED, NOT_SUPPORTED, INCONCLUSIVE, *verdicts))
    return {verdict: verdicts[verdict] for verdict in order if verdicts[verdict]}


def basis(studies: Sequence[Study], runs: Sequence[Run]) -> str:
    """One sentence on what the result rests on: runs, subsets, recipes, seeds, studies."""
    subsets, recipes, seeds = ({getattr(run, key) for run in runs} for key in ("subset", "recipe", "seed"))
    return (
        f"The answer rests on {_counted(len(runs), 'training run')}: {_counted(len(subsets), 'subset')} of the data, "
        f"{_counted(len(recipes), 'recipe')} and {_counted(len(seeds), 'seed')}, "
        f"compared in {_counted(len(studies), 'study', 'studies')}."
    )


def _whose(claims: Sequence[dict]) -> str:
    """Of which paper, if it is a single one; else from how many."""
    keys = list(dict.fromkeys(claim["paper"] for claim in claims))
    if None in keys:
        return ""
    return f" of {paper(keys[0]).short}" if len(keys) == 1 else f" of {len(keys)} papers"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _and(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]])
