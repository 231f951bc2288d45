"""What rules ask of a resolved configuration about comparing a study's arms: the settings, and what is read."""

from clipcause.config.plan import asked_by, frequency, runs
from clipcause.config.recipes import trained


def compared(config: dict, study: str) -> dict:
    """The settings of a study that its comparison hangs on; all but those that figures alone read."""
    return {key: value for key, value in config["studies"][study].items() if key not in ("curves", "figures")}


def family(config: dict, recipe: str) -> str:
    """The objective family of a recipe: its arms share one seed variance. Each class of the user's own is one."""
    settings = config["recipes"][recipe]
    return f"{settings['module']}:{settings['class']}" if settings["objective"] == "custom" else settings["objective"]


def frequencies(config: dict, study: str) -> dict[str, str]:
    """The class frequencies that a study compares its runs by, per vocabulary and seed: `objects/0` and so on."""
    subset = config["studies"][study]["frequency_of"]
    asked = dict.fromkeys(asked_by(config, study).values())
    seeds = sorted({run.seed for run in runs(config, study)})
    return {f"{each}/{seed}": frequency(config, each, subset, seed) for each in asked for seed in seeds}


def nearest_of_arms(config: dict, study: str) -> dict[str, str]:
    """Per arm how near test images are to draw 0 of its subset; none without an embedder, or of others' models."""
    settings, known = config["studies"][study], trained(config)
    if settings["embedder"] is None:
        return {}
    return {
        arm: f"results/subsets/{each['subset']}/draw0/nearest.parquet"
        for arm, each in settings["arms"].items()
        if each["recipe"] in known
    }
