"""Files that lie elsewhere: http(s)://, hf:// and whatever else fsspec knows, as DuckDB can read them."""

import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import duckdb

from clipcause.errors import UserError

TIMEOUT_SECONDS = 30


def reach(database: duckdb.DuckDBPyConnection, path: str, folder: Path) -> str:
    """What `database` has to read to read `path`: the path itself, or for some URLs a copy in `folder`.

    URLs are read where they lie, in the parts that are needed, by DuckDB's httpfs where it is installed, else through
    fsspec. A web server that cannot serve parts of a file is asked for the whole. Raises UserError for a protocol
    that nothing here knows, and for a file that cannot be fetched.
    """
    protocol, separator, _ = path.partition("://")
    if not separator:
        return path
    try:
        database.execute("LOAD httpfs")
    except duckdb.Error:
        import fsspec

        try:
            filesystem = fsspec.filesystem(protocol)
            if protocol in ("http", "https"):
                if not (set("*?[") & set(path) or _serves_parts(path)):
                    copy = folder / Path(urlsplit(path).path).name
                    filesystem.get_file(path, str(copy))
                    return str(copy)
                filesystem.modified = lambda path: datetime.fromtimestamp(0)  # fsspec has none, DuckDB asks for it
            database.register_filesystem(filesystem)
        except FileNotFoundError as error:
            raise UserError(f"{path}: there is no such file") from error
        except (ImportError, ValueError, OSError) as error:
            raise UserError(f"{path}: cannot be fetched ({error})") from error
    return path


def _serves_parts(url: str) -> bool:
    """Whether a web server says that it can serve parts of a file."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=TIMEOUT_SECONDS) as answer:
            return answer.headers.get("Accept-Ranges") == "bytes"
    except (urllib.error.URLError, OSError):
        return False
