"""Labels from captions: a sample is of the class that its caption mentions."""

from clipcause.subsets.candidates import Candidates
from clipcause.subsets.selection import Selection


def label_by_caption(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep the samples whose caption mentions a concept of the vocabulary, which becomes their label.

    These are the `-Classification` pools of Fang et al. 2022. A caption that mentions several makes a sample of each
    with `multiple: each`, as Wen et al. 2024 do: the first keeps its uid, the others are `uid#2` and so on, in the
    order of the concepts' names; with `multiple: drop` it is left out. The notes count captions by how many they
    mention.
    """
    mentions = candidates.mentions()
    counted = dict(
        candidates.database.execute(
            f"SELECT mentioned, count(*) FROM (SELECT count(*) AS mentioned FROM ({mentions}) GROUP BY uid) "
            "GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    )
    notes = {"captions_by_concepts_mentioned": {"0": candidates.count - sum(counted.values())}}
    notes["captions_by_concepts_mentioned"] |= {str(mentioned): count for mentioned, count in counted.items()}
    placed = f"SELECT *, row_number() OVER (PARTITION BY uid ORDER BY concept) AS place FROM ({mentions})"
    if settings["multiple"] == "drop":
        placed += " QUALIFY count(*) OVER (PARTITION BY uid) = 1"
    return Selection(
        "SELECT CASE place WHEN 1 THEN uid ELSE uid || '#' || place END AS uid, uid AS source_uid, concept AS label "
        f"FROM ({placed})",
        ("label",),
        notes,
        copies=True,
    )
