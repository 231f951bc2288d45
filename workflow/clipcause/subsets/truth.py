"""What a subset did, told by a truth that training never reads: columns of the pool whose name begins with `truth_`.

Only pools that were drawn have such columns. `truth_duplicate_group` numbers images that show the same, in all pools
alike; any other column sorts images into a few kinds.
"""

from clipcause.database import name, rows_in, text
from clipcause.subsets.attributes import bias_of
from clipcause.subsets.candidates import Candidates

PREFIX = "truth_"
GROUP = "truth_duplicate_group"
MOST_KINDS = 20


def kept_kinds(kept: Candidates, whole: Candidates) -> dict[str, dict[str, dict]]:
    """By truth column and kind: how many of the `whole` there were, how many of them are `kept`, and the kind's AB with
    labels in both.
    """
    found = {}
    for column in _truth_columns(whole):
        before, after = _counts(whole, column), _counts(kept, column)
        if column != GROUP and len(before) <= MOST_KINDS:
            found[column.removeprefix(PREFIX)] = {
                kind: {
                    "of": count,
                    "kept": after.get(kind, 0),
                    "association_before": _association(whole, column, kind),
                    "association": _association(kept, column, kind),
                }
                for kind, count in before.items()
            }
    return found


def duplicates(kept: Candidates, whole: Candidates) -> dict | None:
    """How many images stand besides another of their group: in the `whole`, and among those `kept`.

    `removed` are the images that are not kept, and `of_a_group` those among them that have a twin in the whole. For a
    deduplication its precision is of_a_group / removed, and its recall 1 - left / redundant. None without such truth.
    """
    if GROUP not in whole.columns():
        return None
    images = "SELECT DISTINCT split_part(uid, '#', 1) AS uid, {group} AS part FROM candidates WHERE {group} IS NOT NULL"
    before = f"({images.format(group=GROUP)})"
    redundant = f"SELECT coalesce(sum(shown - 1), 0) FROM (SELECT count(*) AS shown FROM {before} GROUP BY part)"
    removed = f"{before} AS one ANTI JOIN kept USING (uid)"
    of_a_group = f"part IN (SELECT part FROM {before} GROUP BY part HAVING count(*) > 1)"
    kept_uids = kept.database.sql(images.format(group=GROUP)).to_arrow_table()
    whole.database.register("kept", kept_uids)
    return {
        "redundant": int(whole.database.execute(redundant).fetchall()[0][0]),
        "left": int(kept.database.execute(redundant).fetchall()[0][0]),
        "removed": rows_in(whole.database, removed),
        "of_a_group": rows_in(whole.database, f"{removed} WHERE {of_a_group}"),
    }


def _truth_columns(candidates: Candidates) -> list[str]:
    return [column for column in candidates.columns() if column.startswith(PREFIX)]


def _counts(candidates: Candidates, column: str) -> dict[str, int]:
    kinds = f"SELECT CAST({name(column)} AS VARCHAR), count(*) FROM candidates WHERE {name(column)} IS NOT NULL "
    return dict(candidates.database.execute(f"{kinds} GROUP BY ALL ORDER BY ALL").fetchall())


def _association(candidates: Candidates, column: str, kind: str) -> float | None:
    is_of_kind = f"coalesce(CAST({name(column)} AS VARCHAR) = {text(kind)}, false)"
    return bias_of(candidates, is_of_kind, 0.5)["association_bias"]["max"]
