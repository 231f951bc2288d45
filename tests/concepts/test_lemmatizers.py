"""Lemmatisers: Plurals by hand, WordNet's nouns against a slow morphy and, where it is installed, against NLTK."""

import itertools
import random
import shutil
import string

import pytest
from slow_rules import CONTRACTIONS, letter_words, slow_morphy

from clipcause.concepts.lemmatizers import LEMMATIZERS, Plurals
from clipcause.concepts.lemmatizers.wordnet import FILES, WordNet, find_wordnet
from clipcause.errors import UserError

PAIRS = """
dog dogs, wolf wolves, knife knives, roof roofs, man men, woman women, fireman firemen, child children, person people,
tooth teeth, foot feet, mouse mice, goose geese, ox oxen, die dice, baby babies, day days, donkey donkeys,
church churches, dish dishes, fox foxes, waltz waltzes, bus buses, glass glasses, dress dresses, hero heroes,
piano pianos, cactus cacti, cactus cactuses, axis axes, axe axes, movie movies, pie pies, tie ties, bee bees, sea seas,
house houses, horse horses, cage cages, grandchild grandchildren, lens lenses, virus viruses, human humans
"""
NO_SINGULARS = """
news new, lens len, series serie, species specie, glass glas, dress dre, boss bos, bus bu, cactus cactu, axis axi,
his hi, gas ga, is i, dogma dog, mane man, box ox, mongooses mongeese, wolve wolf
"""


def pairs(text):
    return [tuple(pair.split()) for pair in text.split(",")]


@pytest.mark.parametrize(("singular", "plural"), pairs(PAIRS))
def test_a_noun_and_its_plural_find_each_other(singular, plural):
    assert {singular, plural} <= Plurals().forms(singular)
    assert {singular, plural} <= Plurals().forms(plural)


@pytest.mark.parametrize(("singular", "plural"), pairs("menu menus, taxi taxis, emu emus, ski skis"))
def test_a_singular_finds_what_looks_like_one_too(singular, plural):
    assert plural in Plurals().forms(singular)


@pytest.mark.parametrize(("word", "other"), pairs(NO_SINGULARS))
def test_a_word_is_not_taken_for_another(word, other):
    assert other not in Plurals().forms(word)


def test_words_that_end_in_s_but_are_singular_are_nobodys_plural():
    for word, other in pairs("news new, lens len, series serie, species specie, glass glas"):
        assert word not in Plurals().forms(other)


def test_by_eye():
    forms = Plurals().forms
    assert forms("dog") == {"dog", "dogs"}
    assert forms("dogs") == {"dog", "dogs", "dogses"}
    assert forms("news") == {"news", "newses"}
    assert forms("wolf") == {"wolf", "wolfs", "wolves"}
    assert forms("cactus") == {"cactus", "cactuses", "cacti"}
    for word in ("a", "s", "is", "us", "ss", "y", "man", "x"):
        assert word in forms(word) and "" not in forms(word)


@pytest.fixture(scope="module")
def morphy(wordnet_folder):
    return slow_morphy(wordnet_folder)


@pytest.fixture(scope="module")
def nouns(wordnet_folder):
    lines = (wordnet_folder / "index.noun").read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line[0] != " "]


@pytest.fixture(scope="module")
def words(wordnet_folder, nouns):
    """All exceptions and what they lead to, 15,000 nouns, and letters with the endings that rules are about."""
    exceptions = (wordnet_folder / "noun.exc").read_text(encoding="utf-8").split()
    chance = random.Random(0)
    some = chance.sample([noun for noun in nouns if noun.isalpha() and noun.isascii()], 15_000)
    endings = ["", "s", "ses", "ves", "xes", "zes", "ches", "shes", "men", "ies", "es", "ss", "f", "x", "y", "man"]
    made = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(0, 4))) for _ in range(5_000)]
    inflected = [word + chance.choice(endings) for word in (*some, *made)]
    return sorted({*exceptions, *some, *made, *inflected, *endings, "men", "s", "ies"} - {""})


def test_wordnet_is_the_slow_morphy(wordnet, morphy, words):
    assert len(words) > 30_000
    assert [(word, wordnet.lemma(word)) for word in words] == [(word, morphy(word)) for word in words]


def test_wordnet_by_eye(wordnet):
    lemmas = {"wolves": "wolf", "men": "men", "women": "woman", "bosses": "boss", "boss": "bos", "mice": "mouse"}
    lemmas |= {"glasses": "glass", "axes": "ax", "news": "news", "xyzs": "xyzs", "dogs": "dog", "bus": "bus", "": ""}
    assert {word: wordnet.lemma(word) for word in lemmas} == lemmas


def test_the_forms_of_a_word_are_all_that_share_its_lemma(wordnet, morphy, words):
    for word in words:
        forms = wordnet.forms(word)
        assert word in forms
        assert {morphy(form) for form in forms} == {morphy(word)}


def test_no_form_is_missed(wordnet, morphy, words):
    """Of all words whose slow lemma is the same, each has all others among its forms."""
    sharing = {}
    for word in words:
        sharing.setdefault(morphy(word), set()).add(word)
    several = [group for group in sharing.values() if len(group) > 1]
    assert len(several) > 2_000
    for group in several:
        assert group <= wordnet.forms(min(group))


def test_wordnet_is_nltks(wordnet, wordnet_folder, words, tmp_path, monkeypatch):
    nltk = pytest.importorskip("nltk", reason="NLTK NOT COMPARED WITH: pip install nltk")
    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])  # it reads nowhere else
    folder = tmp_path / "corpora" / "wordnet"
    folder.mkdir(parents=True)
    for kind, part in itertools.product(("index.{}", "data.{}", "{}.exc"), ("adj", "adv", "noun", "verb")):
        (folder / kind.format(part)).touch()  # it insists on them
    for file in FILES:
        shutil.copy(wordnet_folder / file, folder)
    (folder / "lexnames").write_text("".join(f"{number:02d}\tname\t1\n" for number in range(45)))
    monkeypatch.setattr(nltk.corpus.reader.WordNetCorpusReader, "map_wn", lambda self: None)  # of other versions
    reader = nltk.corpus.reader.WordNetCorpusReader(str(folder), True)
    for word in words:
        assert wordnet.lemma(word) == min(reader._morphy(word, "n"), key=len, default=word), word


def test_contractions_are_nltks():
    nltk = pytest.importorskip("nltk", reason="NLTK NOT COMPARED WITH: pip install nltk")
    tokenize = nltk.NLTKWordTokenizer().tokenize
    for word in (*CONTRACTIONS, "cannots", "hasnt", "dont", "gonnas", "tis", "twas", "whaddya", "wanna", "d", "more"):
        for text in (word, f"a {word} b", f"{word} {word}"):
            assert letter_words(text) == tokenize(text)


def test_wordnet_is_looked_for_where_it_may_be(tmp_path, monkeypatch):
    monkeypatch.setattr("clipcause.concepts.lemmatizers.wordnet.PLACES", ())
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("WNSEARCHDIR", raising=False)
    monkeypatch.delenv("NLTK_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=rf"{tmp_path}/nltk_data/corpora/wordnet.*wordnet-base"):
        find_wordnet()
    with pytest.raises(UserError, match="are not in nowhere;"):
        LEMMATIZERS["wordnet"]("nowhere")
    for place in ("results/wordnet", "nltk_data/corpora/wordnet", "nltk/corpora/wordnet", "named"):
        (tmp_path / place).mkdir(parents=True)
        for file in FILES:
            (tmp_path / place / file).write_text("")
        monkeypatch.setenv("NLTK_DATA", f"{tmp_path}/elsewhere:{tmp_path}/nltk")
        if place == "named":
            monkeypatch.setenv("WNSEARCHDIR", str(tmp_path / "named"))
        assert find_wordnet().resolve() == tmp_path / place
    (tmp_path / "named" / "noun.exc").unlink()  # half a WordNet is none
    assert find_wordnet() == tmp_path / "nltk/corpora/wordnet"


def test_a_small_wordnet_by_hand(tmp_path):
    header = "  1 This software and database is being provided to you\n"
    (tmp_path / "index.noun").write_text(header + "axe n 1 0 1 0 01\nax n 1 0 1 0 02\naxis n 1 0 1 0 03\n")
    (tmp_path / "noun.exc").write_text("axes ax axis\noxen ox\n")
    small = WordNet(tmp_path)
    assert len(small) == 3
    assert [small.lemma(word) for word in ("axes", "axis", "oxen", "axiss", "axess")] == [
        "ax", "axis", "oxen", "axis", "axess"
    ]  # fmt: skip
    assert small.forms("ax") == {"ax", "axs", "axes"}
    assert small.forms("axis") == {"axis", "axiss", "axises"}
