"""Change how long the tail is: a profile with a given imbalance, a trimmed tail, a cap, another pool's frequencies."""

import math

import pyarrow.parquet as pq

from clipcause.concepts.vocabulary import read_vocabulary
from clipcause.errors import DamagedFileError, UserError
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.interventions.quotas import apportion, within_quotas
from clipcause.subsets.selection import Selection


def resample(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep n_k samples of the k-th most frequent of the vocabulary's K concepts, n_1 = imbalance * n_K.

    Profile `zipf`: n_k in proportion to k^-s; `exponential`: to exp(-s (k - 1)); s such that the first of the concepts
    is `imbalance` times as frequent as the last; 1 balances them. Concepts are the candidates' labels and keep
    their order of frequency (ties by name); other labels are left out. Without `samples` the subset is as large
    as it can be.

    Raises UserError for a concept that no candidate has, and for a size that the pool cannot fill,
    naming the concept that runs out first and the largest size that works.
    """
    available = candidates.frequencies()
    concepts = [concept.id for concept in read_vocabulary(candidates.vocabulary)]
    missing = [concept for concept in concepts if concept not in available]
    if missing:
        raise UserError(f"subset {candidates.subset}: no candidate has the label {missing[0]!r} of its vocabulary")
    ranked = sorted(concepts, key=lambda concept: (-available[concept], concept))
    shares = PROFILES[settings["profile"]](len(ranked), settings["imbalance"])
    room = [available[concept] for concept in ranked]
    largest, scarce = _largest(shares, room)
    wanted = settings["samples"] or largest
    counts = apportion(shares, wanted)
    if any(count > there for count, there in zip(counts, room, strict=True)):
        raise UserError(
            f"subset {candidates.subset}: {wanted:,} samples at imbalance {settings['imbalance']:g} need more of "
            f"{ranked[scarce]!r} than the {room[scarce]:,} there are; ask for {largest:,} or fewer, or a larger pool"
        )
    if 0 in counts:
        raise UserError(
            f"subset {candidates.subset}: at imbalance {settings['imbalance']:g}, {wanted:,} samples leave none for "
            f"{ranked[counts.index(0)]!r}; ask for more samples or less imbalance"
        )
    return within_quotas(candidates, "label", dict(zip(ranked, counts, strict=True)), draw)


def trim_tail(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Cut the `classes` rarest labels to `to` samples each (Wen et al. 2024, zero- and one-shot tail).

    Rarity is by the candidates' labels, ties by name. Other samples stay, those without a label too. Raises UserError
    if there are fewer labels, or if one of the rarest has fewer samples than it is to be cut to.
    """
    available = candidates.frequencies()
    tail = sorted(available, key=lambda label: (available[label], label))[: settings["classes"]]
    if len(tail) < settings["classes"]:
        raise UserError(
            f"subset {candidates.subset}: classes is {settings['classes']}, the candidates have {len(available)} labels"
        )
    short = [label for label in tail if available[label] < settings["to"]]
    if short:
        raise UserError(
            f"subset {candidates.subset}: {short[0]!r} has {available[short[0]]} samples, "
            f"fewer than to: {settings['to']}"
        )
    kept = within_quotas(candidates, "label", dict.fromkeys(tail, settings["to"]), draw)
    others = "SELECT uid FROM candidates ANTI JOIN quotas ON candidates.label = quotas.value"
    return Selection(f"{kept.query} UNION ALL {others}", notes={"trimmed": tail})


def cap(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep at most `at_most` samples of each label (the balancing of Xu et al. 2024, MetaCLIP, with threshold t).

    Rare labels keep all they have; samples without a label are left out.
    """
    at_most = settings["at_most"]
    quotas = {label: min(count, at_most) for label, count in candidates.frequencies().items()}
    return within_quotas(candidates, "label", quotas, draw)


def match_frequency(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep as many samples of each label as a frequency table has captions of that concept.

    With `samples` the table is scaled to that size. Where the first source runs out the next fills up, and so on; what
    all of them lack is the shortfall, which the data card states by label. Raises UserError for a table that
    names none of the labels.
    """
    try:
        table = pq.read_table(candidates.frequency, columns=["concept", "captions"])
    except (OSError, ValueError) as error:
        raise DamagedFileError(candidates.frequency, error) from error
    target = dict(zip(table["concept"].to_pylist(), table["captions"].to_pylist(), strict=True))
    available = candidates.frequencies()
    if not any(available.get(concept) for concept, count in target.items() if count):
        raise UserError(f"subset {candidates.subset}: no candidate has a label of {candidates.frequency}")
    if settings["samples"]:
        total = sum(target.values())
        counts = apportion([count / total for count in target.values()], settings["samples"])
        target = dict(zip(target, counts, strict=True))
    shortfall = {label: count - available.get(label, 0) for label, count in target.items()}
    shortfall = {label: missing for label, missing in shortfall.items() if missing > 0}
    chosen = within_quotas(candidates, "label", target, draw, candidates.first_sources_first(draw))
    return Selection(chosen.query, notes={"shortfall": shortfall})


def zipf_shares(classes: int, imbalance: float) -> list[float]:
    """Shares of `classes` ranks, summing to 1, that fall as k^-s from the first to 1/`imbalance` of it at the last."""
    exponent = math.log(imbalance) / math.log(classes) if classes > 1 else 0.0
    weights = [rank**-exponent for rank in range(1, classes + 1)]
    return [weight / sum(weights) for weight in weights]


def exponential_shares(classes: int, imbalance: float) -> list[float]:
    """Shares of `classes` ranks, summing to 1, that fall by the same factor at each, to 1/`imbalance` at the last."""
    weights = [imbalance ** (-rank / max(classes - 1, 1)) for rank in range(classes)]
    return [weight / sum(weights) for weight in weights]


PROFILES = {"zipf": zipf_shares, "exponential": exponential_shares}


def _largest(shares: list[float], room: list[int]) -> tuple[int, int]:
    """The largest total whose exact shares every class has room for, and the class that runs out first."""
    scarce = min(range(len(room)), key=lambda index: room[index] / shares[index])
    total = math.floor(room[scarce] / shares[scarce] + 1e-9)
    while any(count > there for count, there in zip(apportion(shares, total), room, strict=True)):
        total -= 1
    return total, scarce
