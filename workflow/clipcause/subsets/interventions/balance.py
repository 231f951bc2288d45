"""Balance a subset by moment matching, M4 (Alabdulmohsin et al. 2024): as a sample of it, or as weights."""

import re
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from scipy import sparse

from clipcause.command import log
from clipcause.database import among, text
from clipcause.errors import UserError
from clipcause.subsets.bias import association_bias, representation_bias
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.moments import Balance, Patterns, Solution, solve
from clipcause.subsets.selection import Selection

WHOLE_WORDS = r"\b({})\b"


def m4(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep each sample with the probability q that balances attributes and labels, or keep all with the weight q.

    Attributes are indicators from a column's values or from words in captions; labels are the candidates' labels and,
    as proxies, further indicators. As a sample, every pattern of attributes and labels keeps its share to within
    one sample. The card's notes state what balancing costs: objective and its lower bound, mean q, constraints that
    the penalty did not enforce, labels that lose most, labels so rare that their constraint cannot bind, and the
    bias before, under q, and of what was drawn.

    Raises UserError if no candidate has a label, and if balancing leaves one less than the share `min_kept` of its
    samples.
    """
    patterns, names = _tabulated(candidates, settings)
    balance = _balance(settings, patterns)
    solution = solve(patterns, balance)
    log.info("subset %s: M4 over %s patterns, gap %.1e", candidates.subset, f"{len(patterns.counts):,}", solution.gap)
    kept = _kept_shares(patterns, solution.weights, names)
    _refuse_losses(candidates, kept, settings["min_kept"])
    notes = _costs(patterns, balance, solution, names, kept) | {
        "bias_before": _bias(patterns, balance, np.ones(len(patterns.counts))),
        "bias_expected": _bias(patterns, balance, solution.weights),
    }
    database = candidates.database
    solved = pa.table({"pattern": pa.array(np.arange(len(patterns.counts))), "q": solution.weights})
    database.register("solved", solved)
    if settings["as"] == "weights":
        query = "SELECT uid, CAST(q AS FLOAT) AS weight FROM patterned JOIN solved USING (pattern)"
        return Selection(query, ("weight",), notes)
    lot = f"CAST('0x' || left(sha256('pattern {int(draw)} ' || pattern), 12) AS BIGINT) / {16**12}"
    quotas = f"SELECT pattern, floor(q * samples + {lot}) AS quota FROM patterns JOIN solved USING (pattern)"
    drawn = database.sql(f"{quotas} ORDER BY pattern").to_arrow_table()["quota"].to_numpy()
    query = f"""
        SELECT uid FROM (
            SELECT uid, pattern, row_number() OVER (PARTITION BY pattern ORDER BY {candidates.shuffled(draw)}) AS place
            FROM patterned
        ) JOIN ({quotas}) USING (pattern) WHERE place <= quota"""
    return Selection(query, notes=notes | {"bias_drawn": _bias(patterns, balance, drawn / patterns.counts)})


def _tabulated(candidates: Candidates, settings: dict) -> tuple[Patterns, list[str]]:
    """The patterns of attributes and labels, and what the labels are called: the candidates' own, then proxies.

    Makes the tables `patterned` (uid, pattern) and `patterns` (pattern, samples).
    """
    labels, proxies = sorted(candidates.frequencies()), list(settings["proxies"])
    if not labels:
        raise UserError(f"subset {candidates.subset}: no candidate has a label to be parted from the attributes")
    flags = [
        _indicator(candidates, of, f"{section}.{name}")
        for section in ("attributes", "proxies")
        for name, of in settings[section].items()
    ]
    columns = [f"flag{number}" for number in range(len(flags))]
    flagged = ", ".join(f"coalesce({flag}, false) AS {column}" for flag, column in zip(flags, columns, strict=True))
    grouped = ", ".join([*columns, "label"])
    database = candidates.database
    database.execute(
        f"CREATE TEMP TABLE patterned AS SELECT *, dense_rank() OVER (ORDER BY {grouped}) - 1 AS pattern "
        f"FROM (SELECT uid, label, {flagged} FROM candidates)"
    )
    database.execute(
        f"CREATE TEMP TABLE patterns AS SELECT pattern, {grouped}, count(*) AS samples FROM patterned GROUP BY ALL"
    )
    table = database.sql("FROM patterns ORDER BY pattern").to_arrow_table()
    bits = np.column_stack([table[column].to_numpy(zero_copy_only=False) for column in columns]).astype(float)
    count = len(settings["attributes"])
    held = sparse.hstack([_one_hot(table["label"].to_pylist(), labels), sparse.csr_array(bits[:, count:])])
    return Patterns(bits[:, :count], sparse.csr_array(held), table["samples"].to_numpy()), [*labels, *proxies]


def _indicator(candidates: Candidates, of: Mapping, key: str) -> str:
    """SQL of whether a sample has it: a column holds one of the values, or the caption one of the words."""
    if of["words"] is not None:
        words = "|".join(re.escape(word.lower()) for word in of["words"])
        return f"regexp_matches(lower(caption), {text(WHOLE_WORDS.format(words))})"
    candidates.column(of["column"], key)
    return among(of["column"], of["values"])


def _one_hot(values: list[str | None], labels: list[str]) -> sparse.csr_array:
    """Which of the labels each pattern has, [P, c]; none where it is None."""
    place = {label: number for number, label in enumerate(labels)}
    rows, columns = zip(*((row, place[value]) for row, value in enumerate(values) if value is not None), strict=True)
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(values), len(labels)))


def _balance(settings: dict, patterns: Patterns) -> Balance:
    association = np.full(patterns.labels.shape[1], settings["eps_association"])
    if settings["eps_relative"]:
        association = association * (patterns.shares @ patterns.labels)
    return Balance(
        np.array([of["target"] for of in settings["attributes"].values()]),
        association,
        settings["eps_representation"],
        settings["rate"],
        settings["penalty"],
    )


def _kept_shares(patterns: Patterns, weights: np.ndarray, names: list[str]) -> dict[str, float]:
    """The expected share of its samples that each label keeps."""
    before = patterns.shares @ patterns.labels
    after = (patterns.shares * weights) @ patterns.labels
    return dict(zip(names, (after / np.maximum(before, 1e-300)).tolist(), strict=True))


def _refuse_losses(candidates: Candidates, kept: Mapping[str, float], min_kept: float) -> None:
    worst = min(kept, key=lambda label: kept[label])
    if kept[worst] < min_kept:
        raise UserError(
            f"subset {candidates.subset}: balancing leaves {worst!r} {kept[worst]:.1%} of its samples, less than "
            f"min_kept = {min_kept:g}; widen eps_association or eps_representation, or lower min_kept"
        )


def _costs(
    patterns: Patterns, balance: Balance, solution: Solution, names: list[str], kept: Mapping[str, float]
) -> dict:
    excess = np.abs(solution.moments) - balance.tolerances[:, None]
    shares = patterns.shares @ patterns.labels
    vacuous = [name for name, share, eps in zip(names, shares, balance.eps_association, strict=True) if eps >= share]
    lowest = sorted(kept, key=lambda label: (kept[label], label))[:5]
    return {
        "patterns": len(patterns.counts),
        "objective": solution.objective,
        "lower_bound": solution.bound,
        "mean_q": float(patterns.shares @ solution.weights),
        "rate": balance.rate,
        "violated": int((excess > 1e-9).sum()),
        "worst_violation": float(max(excess.max(), 0)),
        "vacuous": vacuous,
        "least_kept": {label: kept[label] for label in lowest},
    }


def _bias(patterns: Patterns, balance: Balance, weights: np.ndarray) -> dict:
    """Largest and mean RB and AB under weights per pattern."""
    q = patterns.shares * weights
    representation = representation_bias(patterns.attributes, q, balance.targets)
    association = association_bias(patterns.attributes, patterns.labels, q)
    return {
        "representation": {"max": float(np.max(representation)), "mean": float(np.mean(representation))},
        "association": {"max": float(np.nanmax(association)), "mean": float(np.nanmean(association))},
    }
