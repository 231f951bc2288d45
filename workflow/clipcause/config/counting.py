"""What rules ask of a resolved configuration about counting: whose captions, by which vocabularies, in which parts.

`counted` is `pools/{pool}` or `subsets/{subset}/draw{draw}`, as below results/.
"""

from clipcause.config.collecting import chunks
from clipcause.config.paths import SHIPPED
from clipcause.config.plan import alternatives, asked_by, subsets_in
from clipcause.config.sources import pools_of


def vocabulary_files(config: dict, vocabulary: str | None) -> list[str]:
    """The files that a vocabulary is read from; none for one that a package ships, and for no vocabulary."""
    settings = config["vocabularies"].get(vocabulary, {})
    return [settings[key] for key in ("path", "exclude") if settings.get(key) not in (None, *SHIPPED)]


def search_flags(config: dict, vocabulary: str) -> list[str]:
    """The flags that say what to look for in captions, and how."""
    settings = config["vocabularies"][vocabulary]
    keys = {"path": "--vocabulary", "exclude": "--exclude", "match": "--match", "lemmatizer": "--lemmatizer"}
    flags = [word for key, flag in keys.items() if settings[key] for word in (flag, settings[key])]
    return flags + (["--wordnet", "results/wordnet"] if uses_wordnet(config, vocabulary) else [])


def label_flags(config: dict, counted: str) -> list[str]:
    """The flags that name the column of labels to compare captions with; none where samples have none."""
    labelled = all(config["pools"][pool]["label"] for pool in pools_behind(config, counted))
    return ["--label-column", "label"] if labelled else []


def uses_wordnet(config: dict, vocabulary: str) -> bool:
    """Whether counting by this vocabulary needs WordNet's data."""
    settings = config["vocabularies"][vocabulary]
    return (settings["match"], settings["lemmatizer"]) == ("lemma", "wordnet")


def countable(config: dict, in_parts: bool) -> str:
    """A regular expression of whose captions are counted in one job, or in one per chunk of the pool."""
    pools = [pool for pool in config["pools"] if (len(chunks(config, pool)) > 1) == in_parts]
    subsets = [name for name in config["subsets"] if (part_count(config, f"subsets/{name}") > 1) == in_parts]
    return rf"pools/(?:{alternatives(pools)})|subsets/(?:{alternatives(subsets)})/draw\d+"


def captions_of(counted: str) -> str:
    """The table with the captions of `pools/{pool}` or `subsets/{subset}/draw{draw}`."""
    return f"results/{counted}/{'samples' if counted.startswith('pools/') else 'manifest'}.parquet"


def pools_behind(config: dict, counted: str) -> list[str]:
    """The pool that `pools/{pool}` is, or those that `subsets/{subset}/draw{draw}` comes from."""
    kind, name = counted.split("/")[:2]
    return [name] if kind == "pools" else pools_of(config, name)


def part_count(config: dict, counted: str) -> int:
    """How many parts captions are counted in: as many as the largest pool behind them has chunks."""
    return max(len(chunks(config, pool)) for pool in pools_behind(config, counted))


def parts(config: dict, vocabulary: str, counted: str, file: str) -> list[str]:
    """One file of every part that the captions of `counted` are counted in, one part per chunk of the pool."""
    count = part_count(config, counted)
    folder = f"results/concepts/{vocabulary}/{counted}/parts"
    return [f"{folder}/{part}of{count}/{file}" for part in range(1, count + 1)]


def vocabularies(config: dict) -> list[str]:
    """The vocabularies that some study counts by, in the configuration's order."""
    used = set().union(*(_counts_by(config, study) for study in config["studies"]))
    return [vocabulary for vocabulary in config["vocabularies"] if vocabulary in used]


def count_files(config: dict, file: str) -> list[str]:
    """One file of all that is counted, by every vocabulary in use."""
    return [
        f"results/concepts/{vocabulary}/{each}/{file}"
        for vocabulary in vocabularies(config)
        for each in counted(config, vocabulary)
    ]


def counted(config: dict, vocabulary: str) -> list[str]:
    """What is counted by a vocabulary: the pools behind its studies, then draw 0 of the studies' subsets."""
    studies = [of for study, of in config["studies"].items() if vocabulary in _counts_by(config, study)]
    subsets = set().union(*map(subsets_in, studies))
    names = [name for name in config["subsets"] if name in subsets]
    pools = dict.fromkeys(pool for name in names for pool in pools_of(config, name))
    return [*(f"pools/{pool}" for pool in pools), *(f"subsets/{name}/draw0" for name in names)]


def _counts_by(config: dict, study: str) -> set[str]:
    """The study's own vocabulary, and those that its test sets ask by."""
    return {config["studies"][study]["vocabulary"], *asked_by(config, study).values()}
