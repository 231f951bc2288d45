"""Balance a subset by moment matching, M4 (Alabdulmohsin et al. 2024): as a sample of it, or as weights."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from scipy import sparse

from clipcause.errors import UserError
from clipcause.job.command import log
from clipcause.subsets.attributes import indicator
from clipcause.subsets.bias import association_bias, representation_bias
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.moments import Balance, Patterns, Solution, solve
from clipcause.subsets.patterns import tabulate
from clipcause.subsets.selection import Selection


def m4(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep each sample with the probability q that balances attributes and labels, or keep all with the weight q.

    Attributes are indicators from a column's values or from words in captions, which bind the samples that show either
    value; labels are the candidates' labels and, as proxies, further indicators. As a sample, every pattern of
    attributes and labels keeps its share to within one sample. The card's notes state what balancing costs: objective
    and its lower bound, mean q, constraints that the penalty did not enforce, labels that lose most, labels so rare
    that their constraint cannot bind, and the bias before, under q, and of what was drawn.

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
    solved = pa.table({"pattern": pa.array(np.arange(len(patterns.counts)), pa.int32()), "q": solution.weights})
    database.register("solved", solved)
    if settings["as"] == "weights":
        query = "SELECT uid, CAST(q AS FLOAT) AS weight FROM patterned JOIN solved USING (pattern)"
        return Selection(query, ("weight",), notes)
    drawn = _quotas(candidates, draw)
    return Selection(_drawn(draw), notes=notes | {"bias_drawn": _bias(patterns, balance, drawn / patterns.counts)})


def _quotas(candidates: Candidates, draw: int) -> np.ndarray:
    """How many samples each pattern keeps, [P]: q times its samples, rounded up or down by lot.

    Makes the table `quotas` (pattern, samples, quota).
    """
    database = candidates.database
    lot = f"CAST('0x' || left(sha256('pattern {int(draw)} ' || pattern), 12) AS BIGINT) / {16**12}"
    database.execute(
        f"CREATE TEMP TABLE quotas AS SELECT pattern, samples, CAST(floor(q * samples + {lot}) AS BIGINT) AS quota "
        "FROM patterns JOIN solved USING (pattern)"
    )
    return database.sql("SELECT quota FROM quotas ORDER BY pattern").to_arrow_table()["quota"].to_numpy()


def _drawn(draw: int) -> str:
    """SQL of the uids that are kept: of each pattern its quota, the first in an order that depends on the draw.

    The order is by md5 as a number, which sorts faster than text, and only where some stay and some go.
    """
    order = f"md5_number('draw {int(draw)} ' || uid)"
    return f"""
        SELECT uid FROM patterned JOIN quotas USING (pattern) WHERE quota = samples
        UNION ALL SELECT uid FROM (
            SELECT uid, quota, row_number() OVER (PARTITION BY pattern ORDER BY {order}) AS place
            FROM patterned JOIN quotas USING (pattern) WHERE quota > 0 AND quota < samples
        ) WHERE place <= quota"""


def _tabulated(candidates: Candidates, settings: dict) -> tuple[Patterns, list[str]]:
    """The patterns of attributes and labels, and what the labels are called: the candidates' own, then proxies.

    Makes the tables `patterned` and `patterns`, as `tabulate` does.
    """
    attributes, proxies = (
        [indicator(candidates, of, f"{section}.{name}") for name, of in settings[section].items()]
        for section in ("attributes", "proxies")
    )
    shown = [f"{flag} IS NOT NULL" for flag in attributes]
    found = tabulate(candidates, [*attributes, *shown, *proxies], mentioned=settings["vocabulary"] is not None)
    count = len(attributes)
    bits, shows, stand_in = np.split(found.indicators, [count, 2 * count], axis=1)
    more = [sparse.csr_array(stand_in.astype(float))] if proxies else []
    labels = sparse.csr_array(sparse.hstack([found.labels, *more])) if more else found.labels
    return Patterns(bits.astype(float), labels, found.counts, shows), [*found.names, *settings["proxies"]]


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
    q = (patterns.shares * weights)[:, None] * patterns.shown
    representation = representation_bias(patterns.attributes, q, balance.targets)
    association = association_bias(patterns.attributes, patterns.labels, q)
    return {
        "representation": {"max": float(np.max(representation)), "mean": float(np.mean(representation))},
        "association": {"max": float(np.nanmax(association)), "mean": float(np.nanmean(association))},
    }
