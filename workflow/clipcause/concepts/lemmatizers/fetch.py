"""Bring WordNet's nouns into the workflow: from where they are installed, else from a URL."""

import io
import shutil
import zipfile
from pathlib import Path

from clipcause.concepts.lemmatizers.wordnet import FILES, REMEDY, WordNet, find_wordnet
from clipcause.errors import UserError
from clipcause.files.outputs import whole
from clipcause.job.command import log
from clipcause.web.download import NoAnswerError, download

FEWEST_NOUNS = 100_000  # WordNet 3.0 has 117,798; far fewer are no WordNet


def fetch_wordnet(url: str, output: str | Path) -> None:
    """Write the folder `output` with WordNet's index.noun and noun.exc, whole or not at all.

    They are copied from where WordNet is installed (`find_wordnet`), or taken from the zip at `url`. Raises UserError
    if neither has them, or if they are not WordNet's.
    """
    with whole(output) as temporary:
        temporary.mkdir(parents=True)
        try:
            found = find_wordnet()
        except UserError:
            log.info("WordNet is not installed; fetching %s", url)
            _download(url, temporary)
        else:
            log.info("WordNet from %s", found)
            for file in FILES:
                shutil.copyfile(found / file, temporary / file)
        nouns = len(WordNet(temporary))
        if nouns < FEWEST_NOUNS:
            raise UserError(f"{url}: holds {nouns:,} nouns, WordNet more than {FEWEST_NOUNS:,}; {REMEDY}")
    log.info("WordNet: %s nouns", f"{nouns:,}")


def _download(url: str, folder: Path) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(download(url)))
        members = {Path(member).name: member for member in archive.namelist()}
        for file in FILES:
            (folder / file).write_bytes(archive.read(members[file]))
    except NoAnswerError as error:
        raise UserError(f"{url}: WordNet {error}; {REMEDY}") from error
    except (zipfile.BadZipFile, KeyError) as error:
        raise UserError(f"{url}: is no zip with {' and '.join(FILES)} ({error}); {REMEDY}") from error
