"""Made rows in the exact schema of real sources, and made test sets as they lie on the Hugging Face hub; all small."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote_plus

import pyarrow as pa
import pyarrow.parquet as pq

from clipcause.files.benchmark_layout import write_testset
from clipcause.open_clip_words import imagenet_names

ROWS = 200
DEAD = 10  # of them, links that nothing answers
CLASSES = ["tench", "goldfish", "great white shark", "tiger shark"]  # ImageNet's first
WNIDS = ["n01440764", "n01443537", "n01484850", "n01491361"]
CAPTION = 'the {} on a {}" table'  # with a quote that nothing closes
Jpeg = Callable[[int], bytes]


def captions() -> list[str]:
    """What the rows say, a class each."""
    return [CAPTION.format(CLASSES[number % 4], number) for number in range(ROWS)]


def write_pictures(site: Path, base: str, jpeg: Jpeg) -> list[str]:
    """Put a picture for all rows but the DEAD first into a site; return the rows' URLs."""
    (site / "images").mkdir(parents=True)
    for number in range(DEAD, ROWS):
        (site / "images" / f"{number}.jpg").write_bytes(jpeg(number))
    return [f"{base}images/{number}.jpg" for number in range(ROWS)]


def cc3m(site: Path, urls: list[str]) -> list[str]:
    """Train_GCC-training.tsv: caption and URL, without a header."""
    return [_lines(site / "Train_GCC-training.tsv", (f"{c}\t{u}" for c, u in zip(captions(), urls, strict=True)))]


def cc12m(site: Path, urls: list[str]) -> list[str]:
    """cc12m.tsv: URL and caption, without a header."""
    return [_lines(site / "cc12m.tsv", (f"{u}\t{c}" for c, u in zip(captions(), urls, strict=True)))]


def yfcc15m(site: Path, urls: list[str]) -> list[str]:
    """yfcc15m.csv: the columns of YFCC100M; texts are encoded as in web addresses, and some are missing."""
    columns = (
        "photoid,uid,unickname,datetaken,dateuploaded,capturedevice,title,description,usertags,machinetags,longitude,"
        "latitude,accuracy,pageurl,downloadurl,licensename,licenseurl,serverid,farmid,secret,secretoriginal,ext,marker"
    )
    row = "{n},7@N0{n},me,2010-01-01,1262304000,Canon+EOS,{title},{text},a%2Cb,,,,,http://flickr.com/{n},{url},BY,http://cc/,1,1,a,b,jpg,0"
    lines = [
        row.format(n=n, url=url, title=quote_plus(text), text="" if n % 2 else quote_plus("taken & kept"))
        for n, (text, url) in enumerate(zip(captions(), urls, strict=True))
    ]
    return [_lines(site / "yfcc15m.csv", [columns, *lines])]


def laion400m(site: Path, urls: list[str]) -> list[str]:
    """Two of the parquet files of laion400m-meta."""
    table = {
        "SAMPLE_ID": pa.array([float(number) for number in range(ROWS)]),
        "URL": urls,
        "TEXT": captions(),
        "HEIGHT": pa.array([480.0] * ROWS),
        "WIDTH": pa.array([640.0] * ROWS),
        "LICENSE": ["?"] * ROWS,
        "NSFW": ["UNLIKELY"] * ROWS,
        "similarity": pa.array([0.31] * ROWS),
    }
    return _parquet(site, table, [f"part-{n:05d}-5b54c5d5-bbcf-484d-a2ce-0d6f73df1a36-c000.snappy" for n in (0, 1)])


def relaion(site: Path, urls: list[str]) -> list[str]:
    """Two of the parquet files of Re-LAION-2B-en-research-safe."""
    table = {
        "url": urls,
        "caption": captions(),
        "similarity": pa.array([0.31] * ROWS),
        "hash": pa.array(list(range(ROWS))),
        "pwatermark": pa.array([0.1] * ROWS, pa.float32()),
        "punsafe": pa.array([0.01] * ROWS, pa.float32()),
        "key": [f"{number:09d}" for number in range(ROWS)],
        "status": ["success"] * ROWS,
        "error_message": pa.array([None] * ROWS, pa.string()),
        "width": pa.array([640] * ROWS),
        "height": pa.array([480] * ROWS),
    }
    return _parquet(site, table, [f"part-{n:05d}-339dc23d-0869-4dc0-9390-b4036fcc80c2-c000.snappy" for n in (0, 1)])


def datacomp_small(site: Path, urls: list[str]) -> list[str]:
    """Two of the parquet files of datacomp_small."""
    table = {
        "uid": [f"{number:032x}" for number in range(ROWS)],
        "url": urls,
        "text": captions(),
        "original_width": pa.array([640] * ROWS),
        "original_height": pa.array([480] * ROWS),
        "clip_b32_similarity_score": pa.array([0.21] * ROWS, pa.float32()),
        "clip_l14_similarity_score": pa.array([0.22] * ROWS, pa.float32()),
        "face_bboxes": pa.array([[[0.1, 0.1, 0.2, 0.2]]] * ROWS, pa.list_(pa.list_(pa.float64()))),
        "sha256": [f"{number:064x}" for number in range(ROWS)],
    }
    return _parquet(site, table, ["0020f0cbd157d470aa56bea08e304b90", "002372587416601d1a339f7589e00276"])


POOLS = {make.__name__: make for make in (cc3m, cc12m, yfcc15m, laion400m, relaion, datacomp_small)}


def write_imagenet_captions(data: Path, jpeg: Jpeg) -> None:
    """imagenet_captions.json, and the images in a folder per class; the DEAD first are missing."""
    rows = []
    for number, caption in enumerate(captions()):
        wnid = WNIDS[number % 4]
        name = f"{wnid}_{number}.JPEG"
        description = "" if number % 2 else "at the <b>sea</b>"
        tags = ["fish", "pet shop"] if number % 3 else []
        rows.append({"filename": name, "title": caption, "tags": tags, "description": description, "wnid": wnid})
        folder = data / "imagenet/train" / wnid
        folder.mkdir(parents=True, exist_ok=True)
        if number >= DEAD:
            (folder / name).write_bytes(jpeg(number))
    (data / "imagenet_captions.json").write_text(json.dumps(rows, indent=4))


def write_fairface(data: Path, jpeg: Jpeg) -> None:
    """fairface_label_val.csv and val/."""
    ages = ["0-2", "10-19", "20-29", "more than 70"]
    lines = ["file,age,gender,race,service_test"]
    (data / "fairface/val").mkdir(parents=True)
    for number in range(60):
        (data / f"fairface/val/{number}.jpg").write_bytes(jpeg(number))
        gender = "Female" if number % 3 else "Male"
        lines.append(f"val/{number}.jpg,{ages[number % 4]},{gender},Latino_Hispanic,{number % 2 == 0}")
    (data / "fairface/fairface_label_val.csv").write_text("\n".join(lines) + "\n")


def write_hub(site: Path, jpeg: Jpeg) -> None:
    """The test sets that the presets name, as files of a hub: ImageNet's with all its classes, its shifts with some."""
    numbers = iter(range(10_000, 20_000))
    names, prompts = imagenet_names(), ["a bad photo of a {c}.", "a drawing of a {c}."]
    few = [*CLASSES, "missile", "banana"]
    sets = {
        "wds_imagenet1k": names,
        "wds_imagenetv2": names,
        "wds_imagenet_sketch": names,
        "wds_imagenet-r": few,
        "wds_imagenet-a": few,
        "wds_objectnet": ["alarm clock", "banana", "tench", "tray"],
    }
    for name, classes in sets.items():
        folder = site / "datasets/clip-benchmark" / name / "resolve/main"
        write_testset(folder, ((jpeg(next(numbers)), number % 4) for number in range(24)), classes, prompts)
        (folder / "dataset_type.txt").unlink()
    learn = site / "learn"
    write_testset(learn, ((jpeg(next(numbers)), number % 4) for number in range(24)), names, prompts)
    (learn / "test").rename(site / "datasets/clip-benchmark/wds_imagenet1k/resolve/main/train")
    for name in ("wds_mscoco_captions", "wds_flickr30k"):
        folder = site / "datasets/clip-benchmark" / name / "resolve/main"
        write_testset(folder, ((jpeg(next(numbers)), [f"{number} fish"] * 5) for number in range(12)))


def _lines(path: Path, lines: Iterator[str] | list[str]) -> str:
    path.write_text("\n".join(lines) + "\n")
    return path.name


def _parquet(site: Path, columns: dict, names: list[str]) -> list[str]:
    """Write the rows in as many files as there are names."""
    table, each = pa.table(columns), ROWS // len(names)
    for number, name in enumerate(names):
        pq.write_table(table.slice(number * each, each), site / f"{name}.parquet")
    return [f"{name}.parquet" for name in names]
