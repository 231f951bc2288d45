"""Files as data: links, so that one page holds them all."""

import base64
from pathlib import Path

from clipcause.report.results import unreadable

MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".csv": "text/csv;charset=utf-8"}


def data_link(path: Path) -> str:
    """The whole file as a `data:` link in base64. Raises UserError if it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    return f"data:{MEDIA_TYPES[path.suffix]};base64,{base64.b64encode(content).decode('ascii')}"
