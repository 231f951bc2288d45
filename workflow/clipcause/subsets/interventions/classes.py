"""Restrict a subset to some classes, by label or by what captions mention."""

from clipcause.concepts.vocabulary import read_vocabulary
from clipcause.database import among, rows_in
from clipcause.errors import UserError
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.interventions.quotas import within_quotas
from clipcause.subsets.selection import Selection


def restrict(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep the samples of some labels: those listed as `concepts`, or `classes` of them drawn at random.

    `per_class` keeps that many of each, `samples` that many in all, drawn uniformly; at the same draw fewer classes are
    contained in more. (Wen et al. 2024: the number of samples at fixed classes, of classes at fixed samples.)
    With a vocabulary, the samples whose captions mention one of its `concepts`, whatever their label (Wen et al. 2024:
    the part of an open-world pool that matches classes). Raises UserError, naming the label or concept, if something
    asked for is not there.
    """
    if candidates.vocabulary is not None:
        return _mentioning(candidates, settings, draw)
    available = candidates.frequencies()
    labels = settings["concepts"] or sorted(available)
    missing = [label for label in labels if label not in available]
    if missing:
        raise UserError(f"subset {candidates.subset}: concepts: no candidate has the label {missing[0]!r}")
    if settings["classes"] is not None:
        if settings["classes"] > len(labels):
            raise UserError(
                f"subset {candidates.subset}: classes is {settings['classes']}, there are {len(labels)} to choose from"
            )
        labels = _drawn(candidates, labels, settings["classes"], draw)
    per_class = settings["per_class"]
    if per_class is not None and (short := [label for label in labels if available[label] < per_class]):
        raise UserError(
            f"subset {candidates.subset}: {short[0]!r} has {available[short[0]]} samples, "
            f"fewer than per_class: {per_class}"
        )
    chosen = within_quotas(candidates, "label", {label: per_class or available[label] for label in labels}, draw)
    samples = settings["samples"]
    if samples is None:
        return chosen
    there = sum(per_class or available[label] for label in labels)
    if samples > there:
        raise UserError(f"subset {candidates.subset}: samples is {samples:,}, its {len(labels)} classes have {there:,}")
    return Selection(
        f"SELECT uid FROM candidates SEMI JOIN ({chosen.query}) USING (uid) "
        f"ORDER BY {candidates.shuffled(draw)} LIMIT {samples}"
    )


def _mentioning(candidates: Candidates, settings: dict, draw: int) -> Selection:
    known = [concept.id for concept in read_vocabulary(candidates.vocabulary)]
    wanted = settings["concepts"] or known
    missing = [concept for concept in wanted if concept not in known]
    if missing:
        raise UserError(f"subset {candidates.subset}: concepts: the vocabulary has no concept {missing[0]!r}")
    query = f"SELECT DISTINCT uid FROM ({candidates.mentions()}) WHERE {among('concept', wanted)}"
    samples = settings["samples"]
    if samples is None:
        return Selection(query)
    there = rows_in(candidates.database, f"({query})")
    if samples > there:
        raise UserError(f"subset {candidates.subset}: samples is {samples:,}, {there:,} captions mention its concepts")
    return Selection(f"SELECT uid FROM ({query}) ORDER BY {candidates.shuffled(draw)} LIMIT {samples}")


def _drawn(candidates: Candidates, labels: list[str], classes: int, draw: int) -> list[str]:
    """So many of the labels at random, a function of the draw and the label alone."""
    query = "SELECT label FROM (SELECT unnest($1) AS label) ORDER BY sha256($2 || label), label LIMIT $3"
    return [
        label for (label,) in candidates.database.execute(query, [labels, f"class draw {draw} ", classes]).fetchall()
    ]
