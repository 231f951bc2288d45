"""Numbers that each are allowed and together are impossible."""

from collections.abc import Iterator

from clipcause.config.defaults import control_of
from clipcause.config.embedding import READS_CAPTIONS
from clipcause.config.messages import at
from clipcause.config.objectives import WITHOUT_CAPTIONS
from clipcause.config.sources import pools_of


def budget_problems(config: dict) -> Iterator[str]:
    """Yield one line per budget or size that does not come out."""
    yield from _miniweb_problems(config["miniweb"])
    for name, subset in config["subsets"].items():
        yield from _subset_problems(name, subset, config)
    for name, of in config["attributes"].items():
        by_words, by_column = of["words"] is not None, of["column"] is not None
        if by_words == by_column or by_column != (of["values"] is not None):
            yield at(("attributes", name), "either words, or column and values must be given")
    for name, embedder in config["embedders"].items():
        if embedder["source"] == "run" and embedder["seed"] >= config["seeds"]:
            wrong = f"{embedder['seed']} is no seed of a run; there are {config['seeds']}, from 0"
            yield at(("embedders", name, "seed"), wrong)
        if embedder["source"] == "run":
            yield from _arm_problems(("embedders", name, "recipe"), embedder, config)
    for name, vocabulary in config["vocabularies"].items():
        if vocabulary["lemmatizer"] != "plurals" and vocabulary["match"] != "lemma":
            wrong = f"only match: lemma reads it, and match is {vocabulary['match']}; set match: lemma or take it out"
            yield at(("vocabularies", name, "lemmatizer"), wrong)
    for name, recipe in config["recipes"].items():
        yield from _recipe_problems(name, recipe)
        yield from _start_problems(name, recipe, config)
    for study, settings in config["studies"].items():
        for arm, parts in settings["arms"].items():
            yield from _arm_problems(("studies", study, "arms", arm, "recipe"), parts, config)
        for claim, parts in settings["claims"].items():
            if parts["expect"] == "about_zero" and parts["margin"] == 0:
                wrong = "no interval lies within a margin of 0; allowed with expect: about_zero: above 0"
                yield at(("studies", study, "claims", claim, "margin"), wrong)


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


def _recipe_problems(name: str, recipe: dict) -> Iterator[str]:
    samples, batch, warmup = recipe["samples_seen"], recipe["batch_size"], recipe["warmup_samples"]
    if samples % batch:
        below = samples // batch * batch
        nearest = " or ".join(str(budget) for budget in (below, below + batch) if budget)
        wrong = f"{samples} is not a multiple of batch_size {batch}; write {nearest}"
        yield at(("recipes", name, "samples_seen"), wrong)
    parts = recipe["devices"] * (recipe["micro_batch_size"] or 1)
    if batch % parts:
        of = f"{recipe['devices']} devices" + (
            f" times a micro_batch_size of {parts // recipe['devices']}" if parts > recipe["devices"] else ""
        )
        yield at(
            ("recipes", name, "batch_size"), f"{batch} is not a multiple of {of}; write {-(-batch // parts) * parts}"
        )
    if warmup >= samples:
        wrong = f"{warmup} leaves nothing of samples_seen {samples}; allowed: at most {samples - 1}"
        yield at(("recipes", name, "warmup_samples"), wrong)


def _start_problems(name: str, recipe: dict, config: dict) -> Iterator[str]:
    """What a recipe starts from or begins with, and cannot."""
    path, start, first = ("recipes", name), recipe["start"], recipe["first_subset"]
    model = config["models"][recipe["model"]]
    if start["source"] == "run":
        yield from _arm_problems((*path, "start", "recipe"), start, config)
        if config["models"][config["recipes"][start["recipe"]]["model"]] != model:
            wrong = f"{start['recipe']} trains another model than {recipe['model']}; start from a recipe with the same"
            yield at((*path, "start", "recipe"), wrong)
    elif start["source"] == "open_clip" and model["architecture"] != "open_clip":
        wrong = f"{recipe['model']} is {model['architecture']}, and such weights are for open_clip's configs; name one"
        yield at((*path, "model"), wrong)
    if first:
        yield from _arm_problems((*path, "first_subset"), {"subset": first, "recipe": name}, config)
        steps = recipe["samples_seen"] // recipe["batch_size"]
        if not 0 < round(steps * recipe["first_share"]) < steps:
            wrong = f"{recipe['first_share']:g} of {steps} steps leaves one of the subsets without a step"
            wrong += f"; allowed: 1 to {steps - 1} steps"
            yield at((*path, "first_share"), wrong)
    if set(recipe["freeze"]) == {"image", "text"}:
        yield at((*path, "freeze"), "both towers are frozen, and nothing is left to train; take one out of the list")


def _arm_problems(path: tuple, arm: dict, config: dict) -> Iterator[str]:
    subset, recipe = config["subsets"][arm["subset"]], config["recipes"][arm["recipe"]]
    model = config["models"][recipe["model"]]
    samples, batch = subset.get("samples"), recipe["batch_size"]
    if samples is not None and batch > samples:
        wrong = f"a batch of {batch} does not fit into the {samples} samples of {arm['subset']}"
        yield at(path, f"{wrong}, since it holds no sample twice; set recipes.{arm['recipe']}.batch_size lower")
    for name in pools_of(config, arm["subset"]):
        pool = config["pools"][name]
        resized = pool["source"] == "web" and pool["resize_mode"] != "no"
        if resized and model["image_size"] and model["image_size"] > pool["image_size"]:
            seen = f"its model {recipe['model']} sees {model['image_size']} pixels, the pool keeps {pool['image_size']}"
            yield at(path, f"{seen}; set pools.{name}.image_size to {model['image_size']} or more")
