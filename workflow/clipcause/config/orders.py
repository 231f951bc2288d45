"""What a rule hands the method of a subset: its settings, and the files that a draw of it is made from."""

import json
from collections.abc import Iterable

from clipcause.config import embedding
from clipcause.config.counting import vocabulary_files
from clipcause.config.plan import draw_of, frequency, manifest
from clipcause.config.sources import pools_of, sources

READS_MATCHES = ("restrict", "m4", "label_by_caption")


def order_flags(config: dict, subset: str, draw: int) -> list[str]:
    """The flags that say what a draw of a subset is and what it is made from."""
    settings = config["subsets"][subset]
    vocabulary = settings.get("vocabulary")
    files = {
        "--sources": named(source_files(config, subset, draw)),
        "--pools": named(index_files(config, subset)),
        "--vocabulary": [config["vocabularies"][vocabulary]["path"]] if vocabulary else [],
        "--frequency": _frequency_files(config, subset, draw),
        "--size-of": _size_files(config, subset, draw),
        "--matches": _match_files(config, subset, draw),
        "--embeddings": named(embedding.inputs(config, subset, draw)),
    }
    flags = ["--name", subset, "--subset", json.dumps(_written_out(config, settings)), "--draw", str(draw)]
    return flags + [word for flag, each in files.items() if each for word in (flag, *each)]


def order_files(config: dict, subset: str, draw: int) -> list[str]:
    """The files that a draw of a subset is made from."""
    settings = config["subsets"][subset]
    return [
        *source_files(config, subset, draw).values(),
        *index_files(config, subset).values(),
        *vocabulary_files(config, settings.get("vocabulary")),
        *_frequency_files(config, subset, draw),
        *_size_files(config, subset, draw),
        *_match_files(config, subset, draw),
        *embedding.folders(embedding.inputs(config, subset, draw)),
        *([settings["module"]] if settings["method"] == "custom" else []),
    ]


def source_files(config: dict, subset: str, draw: int) -> dict[str, str]:
    """What a draw of a subset is taken from: by name a pool's index, or the manifest of a subset's draw."""
    return {
        source: f"results/pools/{source}/samples.parquet"
        if source in config["pools"]
        else manifest(config, source, draw)
        for source in sources(config, subset)
    }


def index_files(config: dict, subset: str) -> dict[str, str]:
    """The indexes of all pools behind a subset, by the pool's name."""
    return {pool: f"results/pools/{pool}/samples.parquet" for pool in pools_of(config, subset)}


def _frequency_files(config: dict, subset: str, draw: int) -> list[str]:
    """The frequencies that a draw of a subset is to match."""
    settings = config["subsets"][subset]
    if settings["method"] != "match_frequency":
        return []
    source = settings["frequency_of"]
    if source is None:
        return [settings["frequency"]]
    if source in config["pools"]:
        return [f"results/concepts/{settings['vocabulary']}/pools/{source}/frequency.parquet"]
    return [frequency(config, settings["vocabulary"], source, draw)]


def _size_files(config: dict, subset: str, draw: int) -> list[str]:
    """The manifest whose size a control takes."""
    size_of = config["subsets"][subset].get("size_of")
    return [manifest(config, size_of, draw)] if size_of else []


def _match_files(config: dict, subset: str, draw: int) -> list[str]:
    """Which captions of each source mention which concepts."""
    settings = config["subsets"][subset]
    if settings["method"] not in READS_MATCHES or settings["vocabulary"] is None:
        return []
    counted = [
        f"pools/{source}" if source in config["pools"] else f"subsets/{source}/draw{draw_of(config, source, draw)}"
        for source in sources(config, subset)
    ]
    return [f"results/concepts/{settings['vocabulary']}/{each}/matches.parquet" for each in counted]


def _written_out(config: dict, settings: dict) -> dict:
    """A subset's settings as its method reads them: attributes by name become what they say."""
    named = {key: settings[key] for key in ("attributes", "proxies") if key in settings}
    return settings | {
        key: {name: embedding.of_data(config["attributes"][name]) for name in names} for key, names in named.items()
    }


def named(files: dict[str, str | Iterable[str]]) -> list[str]:
    """Files by name as `name=file`, the way commands take them."""
    return [
        f"{name}={file}"
        for name, several in files.items()
        for file in ([several] if isinstance(several, str) else several)
    ]
