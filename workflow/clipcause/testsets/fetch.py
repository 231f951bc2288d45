"""Fetch a test set: a folder in CLIP-benchmark's webdataset layout on the Hugging Face hub or any web server."""

from pathlib import Path

from clipcause.errors import UserError
from clipcause.files.benchmark_layout import CLASSIFICATION, CLASSNAMES, KIND, NSHARDS, TEMPLATES, TRUTH, shard_count
from clipcause.files.outputs import remove, settings_digest, whole
from clipcause.job.command import log
from clipcause.job.progress import Progress
from clipcause.web.download import NoAnswerError, save
from clipcause.web.hub import authorization, data_set

MISSING = 404
REFUSED = (401, 403)


def fetch_testset(name: str, url: str, split: str, folder: Path) -> None:
    """Write the `folder` of the test set at `url`, whole or not at all; of its splits `split`, as `test/`.

    `url` is that of a folder, or `hf://datasets/OWNER/NAME[@REVISION]`. Files that an earlier try fetched wait beside
    `folder` and are not fetched again. Raises UserError for a file that cannot be had, with the remedy.
    """
    begun = folder.with_name(f".{folder.name}.{settings_digest([url, split])[:12]}")
    for cut_short in begun.rglob(".*.part*"):
        remove(cut_short)
    kind = _fetch(name, url, KIND, begun / KIND, needed=False)
    about = [] if kind and kind.read_text().strip() != CLASSIFICATION else [CLASSNAMES, TEMPLATES]
    for file in about:
        _fetch(name, url, file, begun / file)
    _fetch(name, url, TRUTH, begun / TRUTH, needed=False)
    _fetch(name, url, f"{split}/{NSHARDS}", begun / "test" / NSHARDS)
    count = shard_count(begun)
    progress = Progress("fetch", count, "shards")
    for shard in range(count):
        _fetch(name, url, f"{split}/{shard}.tar", begun / "test" / f"{shard}.tar")
        progress.update(shard + 1)
    remove(folder)
    begun.rename(folder)
    for other in folder.parent.glob(f".{folder.name}.*"):
        remove(other)
    log.info("test set %s: fetched %d shards from %s", name, count, url)


def _fetch(name: str, url: str, file: str, path: Path, needed: bool = True) -> Path | None:
    """The path of a file that is now there; None if it is not `needed` and not on the web either."""
    if path.exists():
        return path
    hosted = data_set(url)
    address = f"{hosted.files if hosted else url.rstrip('/')}/{file}"
    try:
        with whole(path) as temporary:
            save(address, temporary, authorization(address))
    except NoAnswerError as error:
        if error.status == MISSING and not needed:
            return None
        raise UserError(f"test set {name}: {address}: {error}; {_remedy(name, url, error.status)}") from error
    with open(path, "rb") as begin:
        if begin.read(32).lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
            remove(path)
            raise UserError(f"test set {name}: {address}: is a web page, not a file; {_remedy(name, url, MISSING)}")
    return path


def _remedy(name: str, url: str, status: int | None) -> str:
    bring = f"bring the folder, with testsets.{name}: {{source: folder, path: ...}}"
    hosted = data_set(url)
    if status in REFUSED and hosted:
        token = "the token in use may not read it" if authorization(hosted.page) else "no token is set"
        return (
            f"the data set is gated, private or not there, and {token}: accept its terms at {hosted.page}, then run "
            f"`hf auth login` or set HF_TOKEN; or {bring}"
        )
    if status == MISSING:
        return f"mend testsets.{name}.url, which names a folder in CLIP-benchmark's layout; or {bring}"
    return f"run this again when the server answers; or {bring}"
