"""Files of tensors, written whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from clipcause.errors import UserError
from clipcause.files.outputs import whole


@contextmanager
def whole_tensors(path: str | Path) -> Iterator[Path]:
    """As `whole`, for a file that safetensors writes: where it cannot, it raises an error of its own, no OSError.

    Raises UserError for that; if the disk is full, it is `whole`'s DiskFullError.
    """
    try:
        with whole(path) as temporary:
            yield temporary
    except SafetensorError as error:
        raise UserError(f"{path}: cannot be written ({error}); make room on the disk and run it again") from error
