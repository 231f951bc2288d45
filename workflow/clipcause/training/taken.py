"""A model that others trained, as a run of this workflow: the same files, and no training."""

from pathlib import Path

from clipcause.files.outputs import file_digest, remove, write_json, write_text
from clipcause.models.pretrained import load_pretrained
from clipcause.models.trained import WEIGHTS, save_model
from clipcause.training.checkpoints import RUN


def take_pretrained(recipe: dict, model: dict, output: str | Path) -> None:
    """Write a model that others trained into the folder of a run, so that whatever reads runs reads it.

    `recipe` and `model` are resolved settings: the config of open_clip, and where its weights come from. What only
    training knows is null in its record. Raises UserError if the weights cannot be had.
    """
    output = Path(output)
    built = load_pretrained(model["name"], recipe["pretrained"], model["image_size"])
    remove(output / RUN)
    output.mkdir(parents=True, exist_ok=True)
    save_model(output, built, recipe["objective"], reads_text=True)
    write_text(output / "log.jsonl", "")
    write_json(
        output / "speed.json",
        dict.fromkeys(("seconds", "samples_per_second", "startup_seconds", "share_outside_passes")),
    )
    unknown = ("manifest_digest", "samples", "dropped", "samples_seen", "steps", "order_digest", "final_loss")
    digest = file_digest(output / WEIGHTS)
    record = {"recipe": recipe, "model": model, "seed": 0, **dict.fromkeys(unknown), "model_digest": digest}
    write_json(output / RUN, record)
