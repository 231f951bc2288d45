"""The tables of a pool that lie elsewhere, brought here: http(s)://, hf://, s3:// and whatever else fsspec knows."""

import glob
from collections.abc import Iterable
from os.path import exists
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from clipcause.errors import UserError
from clipcause.files.outputs import file_digest, read_json, remove, settings_digest, whole, write_json
from clipcause.job.command import log
from clipcause.web.download import NoAnswerError, save

LISTED = "sources.json"  # what was fetched, beside the files
WILD = "*?["
REMEDIES = {
    "hf": "if the data set is private or gated, accept its terms on its page and log in (`hf auth login` or HF_TOKEN)",
    "s3": "credentials and endpoint are those of the AWS command line (AWS_PROFILE, AWS_ENDPOINT_URL); for a public "
    "bucket without any set FSSPEC_S3='{\"anon\": true}'",
}


def fetch_sources(addresses: list[str], output: Path) -> None:
    """Write the folder `output` with the files at `addresses`, or all that their globs find, and a list of them.

    The list, sources.json, tells of each file its address, URL, size and SHA-256, in the order of the addresses and of
    names. The folder appears once it is complete; until then files that are whole wait in a folder beside it for the
    next attempt. Raises UserError naming the address, why it cannot be fetched and the remedy.
    """
    part = output.with_name(f".{output.name}.{settings_digest(addresses)[:8]}.part")
    for stale in output.parent.glob(f".{output.name}.*.part"):
        if stale != part:
            remove(stale)
    fetched = []
    for number, address in enumerate(addresses):
        for url, file in _fetch(address, part / f"{number:02d}"):
            size, digest = file.stat().st_size, file_digest(file)
            log.info("%s: %s bytes, SHA-256 %s", url, f"{size:,}", digest)
            name = file.relative_to(part).as_posix()
            fetched.append({"address": address, "url": url, "file": name, "bytes": size, "sha256": digest})
    write_json(part / LISTED, fetched)
    remove(output)
    part.rename(output)


def table_files(metadata: Iterable[str], fetched: Path | None) -> list[str]:
    """The files of a pool's `metadata` (paths, globs and URLs), in its order, those of a glob in that of their names.

    `fetched` is the folder of `fetch_sources`. Raises UserError for a path or glob that leads to no file.
    """
    brought = read_json(fetched / LISTED) if fetched else []
    files = []
    for each in metadata:
        if "://" in each:
            found = [str(fetched / source["file"]) for source in brought if source["address"] == each]
        else:
            found = [each] if exists(each) else sorted(glob.glob(each))
        if not found:
            raise UserError(f"{each}: no such file")
        files += found
    return files


def _fetch(address: str, folder: Path) -> Iterable[tuple[str, Path]]:
    """Bring the files at an address into `folder`, those that are there already left alone; yields URL and file."""
    protocol = urlsplit(address).scheme
    if protocol in ("http", "https"):
        file = folder / f"00000.{Path(unquote(urlsplit(address).path)).name}"
        if not file.exists():
            with whole(file) as temporary:
                try:
                    save(address, temporary)
                except NoAnswerError as error:
                    raise UserError(f"{address}: {error}; mend the URL, or bring the file and give its path") from error
        yield address, file
        return
    filesystem = _filesystem(protocol, address)
    for number, url in enumerate(_found(filesystem, address)):
        file = folder / f"{number:05d}.{Path(url).name}"
        if not file.exists():
            with whole(file) as temporary:
                try:
                    filesystem.get_file(url, str(temporary))
                except Exception as error:
                    raise _refused(address, error) from error
        yield filesystem.unstrip_protocol(url), file


def _filesystem(protocol: str, address: str) -> Any:
    import fsspec

    try:
        return fsspec.filesystem(protocol)
    except ImportError as error:
        raise UserError(f"{address}: a package is missing; {error} (`pip install s3fs` for s3://)") from error
    except ValueError as error:
        raise UserError(f"{address}: {error}; give an http(s)://, hf:// or s3:// URL, or a path") from error


def _found(filesystem: Any, address: str) -> list[str]:
    """The paths that an address means, sorted."""
    path = filesystem._strip_protocol(address)
    try:
        found = sorted(filesystem.glob(path)) if set(WILD) & set(path) else [path]
    except Exception as error:
        raise _refused(address, error) from error
    if not found:
        raise _refused(address, FileNotFoundError())
    return found


def _refused(address: str, error: Exception) -> UserError:
    """What to tell of an error, of whichever package the protocol has."""
    reason = "there is no such file" if isinstance(error, FileNotFoundError) else f"cannot be fetched ({error})"
    remedy = REMEDIES.get(urlsplit(address).scheme, "mend the URL, or bring the file and give its path")
    return UserError(f"{address}: {' '.join(reason.split())}; {remedy}")
