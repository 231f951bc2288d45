"""Attributes of samples: whether each has one, its opposite or neither, and how it is biased over a subset."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from scipy import sparse

from clipcause.database import among, text
from clipcause.subsets.bias import association_bias, representation_bias
from clipcause.subsets.candidates import Candidates

WHOLE_WORDS = r"\b({})\b"
WHOLE_WORDS_OF_ANY_KIND = r"(?:^|[^\p{{L}}\p{{N}}_])(?:{})(?:$|[^\p{{L}}\p{{N}}_])"  # \b knows ASCII alone


def indicator(candidates: Candidates, of: Mapping, key: str) -> str:
    """SQL of whether a sample has an attribute: a column holds one of the values, or the caption one of the words.

    With `others` it is NULL for samples that show neither an attribute's words or values nor one of these.
    Raises UserError, naming the `key` that asks for it, for a column that is not there.
    """
    has = f"coalesce({_holds(candidates, of, key, of['words'] or of['values'])}, false)"
    if of["others"] is None:
        return has
    return f"CASE WHEN {has} THEN true WHEN {_holds(candidates, of, key, of['others'])} THEN false END"


def _holds(candidates: Candidates, of: Mapping, key: str, sought: Sequence) -> str:
    if of["words"] is None:
        candidates.column(of["column"], key)
        return among(of["column"], sought)
    words = "|".join(re.escape(word.lower()) for word in sought)
    plain = all(re.fullmatch(r"[A-Za-z0-9_](.*[A-Za-z0-9_])?", word, re.ASCII) for word in sought)
    pattern = (WHOLE_WORDS if plain else WHOLE_WORDS_OF_ANY_KIND).format(words)
    return f"regexp_matches(lower(caption), {text(pattern)})"


def bias_of(candidates: Candidates, flag: str, target: float) -> dict:
    """RB and AB of an attribute, SQL of a boolean, over the weighted candidates (Alabdulmohsin et al. 2024).

    Candidates for which it is NULL are left out. `association_bias` is over the candidates' labels; values are None
    without any label or candidate.
    """
    rows = candidates.database.execute(
        f"SELECT label, {flag} AS held, sum(weight) FROM candidates WHERE held IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    if not rows:
        nothing = {"max": None, "mean": None, "label": None}
        return {"share": None, "target": target, "representation_bias": None, "association_bias": nothing}
    labels = sorted({label for label, _, _ in rows if label is not None})
    has, weights = np.array([[float(held)] for _, held, _ in rows]), np.array([weight for *_, weight in rows])
    place = {label: number for number, label in enumerate(labels)}
    told = [(number, place[label]) for number, (label, _, _) in enumerate(rows) if label is not None]
    at = tuple(np.array(told, int).reshape(-1, 2).T)
    one_hot = sparse.csr_array((np.ones(len(told)), at), shape=(len(rows), len(labels)))
    found = association_bias(has, one_hot, weights)[0] if labels else np.empty(0)
    known = found[~np.isnan(found)]
    return {
        "share": float(weights @ has[:, 0] / weights.sum()),
        "target": target,
        "representation_bias": float(representation_bias(has, weights, np.array([target]))[0]),
        "association_bias": {
            "max": float(known.max()) if len(known) else None,
            "mean": float(known.mean()) if len(known) else None,
            "label": labels[int(np.nanargmax(found))] if len(known) else None,
        },
    }
