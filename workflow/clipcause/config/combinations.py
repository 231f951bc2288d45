"""Settings that each are allowed and together are impossible."""

from collections.abc import Iterator

from clipcause.config.defaults import control_of
from clipcause.config.embedding import READS_CAPTIONS
from clipcause.config.messages import at, shown
from clipcause.config.objectives import WITHOUT_CAPTIONS
from clipcause.config.plan import seeds_of


def combination_problems(config: dict) -> Iterator[str]:
    """Yield one line per setting that another one rules out, or asks for."""
    yield from _miniweb_problems(config["miniweb"])
    for name, subset in config["subsets"].items():
        yield from _subset_problems(name, subset, config)
    for name, attribute in config["attributes"].items():
        yield from _attribute_problems(("attributes", name), attribute)
    for name, embedder in config["embedders"].items():
        if embedder["source"] == "run" and embedder["seed"] not in (seeds := seeds_of(config, embedder["recipe"])):
            wrong = f"{embedder['seed']} is no seed of a run; there are {len(seeds)}, from 0"
            yield at(("embedders", name, "seed"), wrong)
    for name, vocabulary in config["vocabularies"].items():
        if vocabulary["lemmatizer"] != "plurals" and vocabulary["match"] != "lemma":
            wrong = f"only match: lemma reads it, and match is {vocabulary['match']}; set match: lemma or take it out"
            yield at(("vocabularies", name, "lemmatizer"), wrong)
    for study, settings in config["studies"].items():
        yield from margin_problems(("studies", study, "claims"), settings["claims"])


def margin_problems(path: tuple, claims: dict) -> Iterator[str]:
    """Yield one line per claim, of those under `path`, whose margin no interval can lie within."""
    for name, claim in claims.items():
        if claim["expect"] == "about_zero" and claim["margin"] == 0:
            wrong = "no interval lies within a margin of 0; allowed with expect: about_zero: above 0"
            yield at((*path, name, "margin"), wrong)


def _attribute_problems(path: tuple, attribute: dict) -> Iterator[str]:
    words, values, others = attribute["words"], attribute["values"], attribute["others"] or []
    if (words is None) == (attribute["column"] is None) or (attribute["column"] is None) != (values is None):
        yield at(path, "either words, or column and values must be given")
    if shared := [value for value in others if value in (words or values or [])]:
        wrong = f"{shown(shared[0])} shows the attribute as well; a value shows it, its opposite, or neither"
        yield at((*path, "others"), wrong)
    if words is not None and (no_words := [word for word in others if not isinstance(word, str)]):
        yield at((*path, "others"), f"{shown(no_words[0])} is no word; put it in quotes if it is one")
    samples = attribute["samples"] or {"one": [], "other": []}
    if both := [value for value in samples["one"] if value in samples["other"]]:
        wrong = f"{shown(both[0])} is among one and other; a sample shows one of them, or neither"
        yield at((*path, "samples"), wrong)


def _miniweb_problems(miniweb: dict) -> Iterator[str]:
    faults = ("dead_links", "broken_files", "not_images", "slow_links")
    if (total := sum(miniweb[fault] for fault in faults)) > 1:
        yield at(("miniweb", faults[0]), f"the shares {', '.join(faults)} add up to {total:g}; allowed: at most 1")
    mean, association = miniweb["attribute_mean"], miniweb["attribute_association"]
    if association > (room := min(mean, 1 - mean)):
        wrong = f"{association:g} around an attribute_mean of {mean:g} leaves 0 to 1; allowed: at most {room:g}"
        yield at(("miniweb", "attribute_association"), wrong)


ONE_OF = {
    "random": ("samples", "fraction", "size_of"),
    "stratified": ("samples", "fraction"),
    "match_frequency": ("frequency_of", "frequency"),
    "far_prune": ("samples", "fraction"),
    "clip_score": ("at_least", "samples", "fraction"),
}
"""Keys of which a method is given exactly one."""


def _subset_problems(name: str, subset: dict, config: dict) -> Iterator[str]:
    path, keys = ("subsets", name), ONE_OF.get(subset["method"], ())
    given = [key for key in keys if subset[key] is not None]
    if keys and len(given) != 1:
        listed = f"{', '.join(keys[:-1])} and {keys[-1]}"
        found = f"{' and '.join(given)} are given" if given else "none is given"
        yield at(path, f"exactly one of {listed} must be given; {found}")
    if subset.get("control") and config["subsets"][f"{name}_control"] != control_of(name, subset):
        yield at((*path, "control"), f"the name {name}_control is taken; rename that subset or this one")
    if subset["method"] in ("captions", "match_frequency"):
        reads = subset.get("synonyms") or subset.get("frequency_of") is not None
        if (subset["vocabulary"] is not None) != bool(reads):
            wrong = "nothing reads it; take it out" if not reads else "missing; synonyms and frequency_of need one"
            yield at((*path, "vocabulary"), wrong)
    if subset["method"] == "restrict" and subset["vocabulary"] is not None:
        for key in ("classes", "per_class"):
            if subset[key] is not None:
                wrong = "counts labels; make labels of what captions mention first, with method: label_by_caption"
                yield at((*path, key), wrong)
    if subset["method"] in READS_CAPTIONS and (of := config["embedders"][subset["embedder"]])["source"] == "run":
        objective = config["recipes"][of["recipe"]]["objective"]
        if objective in WITHOUT_CAPTIONS:
            wrong = f"{subset['embedder']} was trained without captions and cannot embed them; name one that was"
            yield at((*path, "embedder"), wrong)
    template = subset.get("template")
    if template not in (None, "open_clip") and "{}" not in template:
        yield at((*path, "template"), f"{template!r} has no {{}} for the text; allowed: text with {{}}, or open_clip")
