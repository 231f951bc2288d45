"""Small tables that other jobs have made, as pandas reads them."""

from pathlib import Path

import pandas as pd

from clipcause.errors import DamagedFileError


def read_frame(path: str | Path, **settings: object) -> pd.DataFrame:
    """Read a parquet file; `settings` are those of pandas. Raises DamagedFileError if it cannot be read."""
    try:
        return pd.read_parquet(path, **settings)
    except (OSError, ValueError) as error:
        raise DamagedFileError(path, error) from error
