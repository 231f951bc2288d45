"""Recipes: those that train, what is trained with them, and what makes that impossible."""

from collections.abc import Iterator
from pathlib import Path

from clipcause.config.messages import at
from clipcause.config.sources import pools_of


def trained(config: dict) -> dict[str, dict]:
    """The recipes that train, by name; the others take a model that is trained already."""
    return {name: recipe for name, recipe in config["recipes"].items() if recipe["objective"] != "pretrained"}


def taken(config: dict) -> list[str]:
    """The recipes that take a model that others trained."""
    return [name for name in config["recipes"] if name not in trained(config)]


def weight_files(config: dict, recipe: str) -> list[str]:
    """The files here that a recipe takes or starts from the weights of; none where there are none, or elsewhere."""
    settings = config["recipes"][recipe]
    named = (settings if settings["objective"] == "pretrained" else settings["start"]).get("pretrained")
    if named is None:
        return []
    source = Path(named)
    if source.is_dir():
        return sorted(str(file) for file in source.iterdir() if file.is_file())
    return [str(source)] if source.is_file() else []


def trainings(config: dict) -> Iterator[tuple[tuple, dict]]:
    """Every subset that is trained on and its recipe, with the key that says so.

    They are arms of studies, embedders, runs to start from, and subsets to begin with.
    """
    named = [
        (("studies", study, "arms", arm, "recipe"), parts)
        for study, settings in config["studies"].items()
        for arm, parts in settings["arms"].items()
    ]
    embedders = config["embedders"].items()
    named += [(("embedders", name, "recipe"), of) for name, of in embedders if of["source"] == "run"]
    for name, recipe in trained(config).items():
        if recipe["start"]["source"] == "run":
            named.append((("recipes", name, "start", "recipe"), recipe["start"]))
        if recipe["first_subset"]:
            named.append((("recipes", name, "first_subset"), {"subset": recipe["first_subset"], "recipe": name}))
    yield from ((path, parts) for path, parts in named if parts["recipe"] in trained(config))


def recipe_problems(config: dict) -> Iterator[str]:
    """Yield one line per recipe that cannot be carried out, and per subset that it cannot be carried out on."""
    for name, recipe in config["recipes"].items():
        if recipe["objective"] == "pretrained":
            yield from _weights_problems(("recipes", name, "model"), recipe, config)
        else:
            yield from _recipe_problems(name, recipe)
            yield from _start_problems(name, recipe, config)
    for path, parts in trainings(config):
        yield from _subset_problems(path, parts, config)


def _weights_problems(path: tuple, recipe: dict, config: dict) -> Iterator[str]:
    """Weights that others trained are those of open_clip's configs."""
    architecture = config["models"][recipe["model"]]["architecture"]
    if architecture != "open_clip":
        wrong = f"{recipe['model']} is {architecture}, and such weights are for open_clip's configs; name one"
        yield at(path, wrong)


def _recipe_problems(name: str, recipe: dict) -> Iterator[str]:
    samples, batch, warmup = recipe["samples_seen"], recipe["batch_size"], recipe["warmup_samples"]
    if samples % batch:
        below = samples // batch * batch
        nearest = " or ".join(str(budget) for budget in (below, below + batch) if budget)
        wrong = f"{samples} is not a multiple of batch_size {batch}; write {nearest}"
        yield at(("recipes", name, "samples_seen"), wrong)
    parts = recipe["devices"] * (recipe["micro_batch_size"] or 1)
    if batch % parts:
        each = f" times a micro_batch_size of {parts // recipe['devices']}" if parts > recipe["devices"] else ""
        wrong = f"{batch} is not a multiple of {recipe['devices']} devices{each}"
        yield at(("recipes", name, "batch_size"), f"{wrong}; write {-(-batch // parts) * parts}")
    if recipe["devices"] % recipe["nodes"]:
        wrong = f"{recipe['devices']} devices do not spread evenly over {recipe['nodes']} machines"
        yield at(("recipes", name, "nodes"), f"{wrong}; set devices to a multiple of it")
    if warmup >= samples:
        wrong = f"{warmup} leaves nothing of samples_seen {samples}; allowed: at most {samples - 1}"
        yield at(("recipes", name, "warmup_samples"), wrong)


def _start_problems(name: str, recipe: dict, config: dict) -> Iterator[str]:
    """What a recipe starts from or begins with, and cannot."""
    path, start, first = ("recipes", name), recipe["start"], recipe["first_subset"]
    model = config["models"][recipe["model"]]
    if start["source"] == "run":
        if config["models"][config["recipes"][start["recipe"]]["model"]] != model:
            wrong = f"{start['recipe']} trains another model than {recipe['model']}; start from a recipe with the same"
            yield at((*path, "start", "recipe"), wrong)
    elif start["source"] == "open_clip":
        yield from _weights_problems((*path, "model"), recipe, config)
    if first:
        steps = recipe["samples_seen"] // recipe["batch_size"]
        if not 0 < round(steps * recipe["first_share"]) < steps:
            wrong = f"{recipe['first_share']:g} of {steps} steps leaves one of the subsets without a step"
            wrong += f"; allowed: 1 to {steps - 1} steps"
            yield at((*path, "first_share"), wrong)
    if set(recipe["freeze"]) == {"image", "text"}:
        yield at((*path, "freeze"), "both towers are frozen, and nothing is left to train; take one out of the list")


def _subset_problems(path: tuple, arm: dict, config: dict) -> Iterator[str]:
    """A subset too small for a batch, or of images too small for the model."""
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
