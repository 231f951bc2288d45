"""Captions of another kind for the same images: other columns, templates, synonyms, or captions of others."""

import pyarrow as pa

from clipcause.concepts.vocabulary import read_vocabulary
from clipcause.database import text
from clipcause.errors import UserError
from clipcause.open_clip_words import imagenet_templates
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.selection import Selection

OPEN_CLIP = "open_clip"  # a template: one of its 80 for each sample


def captions(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep every candidate, with a caption made of its columns, its class, or another's caption (Wen et al. 2024).

    `columns` are joined by spaces, NULL ones left out; `class_name: prepend` puts the class before them, `only` leaves
    it alone; `template` puts what there is in the place of `{}`, and `open_clip` is one of its 80 at random;
    `synonyms` takes a random synonym of the vocabulary for the class; `shuffle` hands each caption to another sample.
    Classes are labels. What is random is a function of the draw and the uid. Raises UserError for a column that is not
    there and for a label that the vocabulary lacks.
    """
    said = " || ' ' || ".join(
        f"coalesce(CAST({candidates.column(column, 'columns')} AS VARCHAR), '')" for column in settings["columns"]
    )
    called = _class_name(candidates, settings, draw)
    said = {"none": said, "prepend": f"{called} || ' ' || {said}", "only": called}[settings["class_name"]]
    said = _in_template(f"trim(regexp_replace({said}, '\\s+', ' ', 'g'))", settings["template"], draw)
    query = f"SELECT uid, nullif({said}, '') AS caption FROM candidates"
    if settings["shuffle"]:
        query = f"""
            SELECT receiver.uid, giver.caption
            FROM (
                SELECT uid, row_number() OVER (ORDER BY {candidates.shuffled(draw)}) AS place FROM candidates
            ) AS receiver
            JOIN (
                SELECT caption, row_number() OVER (ORDER BY sha256('caption of ' || {int(draw)} || uid), uid) AS place
                FROM ({query})
            ) AS giver USING (place)"""
    return Selection(query, ("caption",))


def _class_name(candidates: Candidates, settings: dict, draw: int) -> str:
    """SQL of what a sample's class is called: its label, or one of its synonyms at random."""
    if not settings["synonyms"]:
        return "coalesce(label, '')"
    known = {concept.id: concept.synonyms for concept in read_vocabulary(candidates.vocabulary)}
    missing = [label for label in candidates.frequencies() if label not in known]
    if missing:
        raise UserError(f"subset {candidates.subset}: synonyms: the vocabulary has no concept {missing[0]!r}")
    names = pa.table({"label": list(known), "names": pa.array(known.values(), pa.list_(pa.string()))})
    candidates.database.register("synonyms", names)
    found = "(SELECT names FROM synonyms WHERE synonyms.label = candidates.label)"
    return f"coalesce(list_extract({found}, {_chance('synonym', draw)} % len({found}) + 1), '')"


def _in_template(said: str, template: str | None, draw: int) -> str:
    """SQL of the text in its template."""
    if template is None:
        return said
    if template != OPEN_CLIP:
        return f"replace({text(template)}, '{{}}', {said})"
    templates = imagenet_templates()
    one = f"list_extract([{', '.join(map(text, templates))}], {_chance('template', draw)} % {len(templates)} + 1)"
    return f"replace({one}, '{{c}}', {said})"


def _chance(purpose: str, draw: int) -> str:
    """SQL of a random whole number, 0 or more, of a sample: a function of purpose, draw and uid."""
    return f"CAST(('0x' || left(sha256('{purpose} {int(draw)} ' || uid), 12)) AS BIGINT)"
