"""WordNet comes from where it is installed, else from a zip; what is no WordNet leaves nothing behind."""

import zipfile

import pytest

from clipcause.concepts.lemmatizers import fetch
from clipcause.concepts.lemmatizers.wordnet import FILES
from clipcause.errors import UserError
from clipcause.pools.webserver import serve
from clipcause.web import download


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(download, "WAIT_SECONDS", 0)


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A machine without WordNet."""
    monkeypatch.setattr("clipcause.concepts.lemmatizers.wordnet.PLACES", ())
    for name in ("WNSEARCHDIR", "NLTK_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def site(tmp_path):
    """A function (nouns) -> a folder with wordnet.zip, which holds so many, and zips that are none."""

    def make(nouns: int):
        folder = tmp_path / "site"
        folder.mkdir()
        with zipfile.ZipFile(folder / "wordnet.zip", "w") as archive:
            archive.writestr("wordnet/index.noun", "".join(f"noun{number} n 1 0\n" for number in range(nouns)))
            archive.writestr("wordnet/noun.exc", "wolves wolf\n")
            archive.writestr("wordnet/README", "not needed")
        with zipfile.ZipFile(folder / "other.zip", "w") as archive:
            archive.writestr("wordnet/index.noun", "")
        (folder / "broken.zip").write_bytes(b"<html>not found</html>")
        (folder / "cut.zip").write_bytes((folder / "wordnet.zip").read_bytes()[:-100])
        return folder

    return make


def test_it_is_copied_from_where_it_is_installed(wordnet_folder, tmp_path):
    fetch.fetch_wordnet("http://127.0.0.1:1/unused.zip", tmp_path / "wordnet")
    assert sorted(file.name for file in (tmp_path / "wordnet").iterdir()) == sorted(FILES)
    for file in FILES:
        assert (tmp_path / "wordnet" / file).read_bytes() == (wordnet_folder / file).read_bytes()


def test_it_is_fetched_where_it_is_not(nowhere, site, tmp_path):
    with serve(site(nouns=100_000)) as base:
        fetch.fetch_wordnet(base + "wordnet.zip", tmp_path / "wordnet")
    assert sorted(file.name for file in (tmp_path / "wordnet").iterdir()) == sorted(FILES)
    assert (tmp_path / "wordnet" / "noun.exc").read_text() == "wolves wolf\n"


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("wordnet.zip", "holds 99,999 nouns, WordNet more than 100,000"),
        ("gone.zip", "cannot be fetched .*404"),
        ("broken.zip", "is no zip with index.noun and noun.exc"),
        ("cut.zip", "is no zip with index.noun and noun.exc"),
        ("other.zip", "is no zip with index.noun and noun.exc .*noun.exc"),
    ],
)
def test_what_is_no_wordnet_is_refused(nowhere, site, tmp_path, file, message):
    with serve(site(nouns=99_999)) as base, pytest.raises(UserError, match=rf"{file}: .*{message}.*wordnet-base"):
        fetch.fetch_wordnet(base + file, tmp_path / "wordnet")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/wordnet.zip", "no url", "nothing://127.0.0.1/wordnet.zip"])
def test_a_url_that_leads_nowhere_is_named(nowhere, tmp_path, url):
    with pytest.raises(UserError, match=f"{url}: WordNet cannot be fetched"):
        fetch.fetch_wordnet(url, tmp_path / "wordnet")
    assert list(tmp_path.iterdir()) == []
