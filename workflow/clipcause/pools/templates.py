"""Columns, and templates over columns such as `a {domain} of a {label}`, as SQL."""

import string
from collections.abc import Callable

from clipcause.database import text

WORDS = "VARCHAR[]"  # the SQL type of a list of words, such as tags


def as_text(column: str, kind: str) -> str:
    """SQL of a `column` (a quoted name) of this SQL type as text; of a list of words the words, with spaces between."""
    return f"array_to_string({column}, ' ')" if kind == WORDS else f"CAST({column} AS VARCHAR)"


def worded(pattern: str, column: Callable[[str], str], underscores: bool = False) -> str:
    """SQL of a `pattern` that is a column or a template over columns.

    `column` gives the SQL of a column's text by its name. `{column:url}` undoes the encoding of web addresses (`%2C`,
    `+`). In a template a field that is NULL is left out, and the text is NULL if all are; an underscore in a field
    becomes a space, unless they stay (`underscores`).
    """
    pieces, fields = [], []
    for literal, name, form, _ in string.Formatter().parse(pattern):
        if literal:
            pieces.append(text(literal))
        if name is not None:
            fields.append(_field(column(name), form, underscores))
            pieces.append(f"coalesce({fields[-1]}, '')")
    if not fields:
        return column(pattern)
    return f"CASE WHEN coalesce({', '.join(fields)}) IS NOT NULL THEN {' || '.join(pieces)} END"


def _field(column: str, form: str | None, underscores: bool) -> str:
    plain = f"replace({column}, '+', ' ')"
    decoded = f"coalesce(TRY(url_decode({plain})), {plain})" if form == "url" else column
    return decoded if underscores else f"replace({decoded}, '_', ' ')"
