"""img2dataset with two of its parts replaced: URLs are asked for within bounds, and pictures are stored upright.

A process of its own: `python -m clipcause.pools.engine SETTINGS`, a JSON file of img2dataset's arguments and of ours,
`bounds` (see `bounded.Client`) and `master`. Its workers are further processes, with pyspark or ray on further machines
too, that import this module.
"""

import io
import json
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from urllib.error import HTTPError

import img2dataset.downloader
import img2dataset.resizer

from clipcause.pools.bounded import Client, RefusedError
from clipcause.pools.failures import error_class, is_passing
from clipcause.pools.launch import SECONDS
from clipcause.pools.upright import upright


class Downloader(img2dataset.downloader.Downloader):
    """img2dataset's, of which each shard has a client that asks for its URLs."""

    def __init__(self, *settings: object, bounds: dict, **named: object) -> None:
        super().__init__(*settings, **named)
        self._bounds = bounds

    def download_shard(self, row: tuple) -> None:
        """Download a shard: (its number, a file of its rows)."""
        opt_out = self.disallowed_header_directives or ()
        with Client(self.timeout, **self._bounds, user_agent=self.user_agent_token, opt_out=opt_out) as client:
            img2dataset.downloader.download_image_with_retry = partial(_ask, client)
            super().download_shard(row)
        seconds = Path(self.output_folder) / f"{row[0]:0{self.oom_shard_count}d}{SECONDS}"
        seconds.write_text(f"{client.seconds}\n")


class Resizer(img2dataset.resizer.Resizer):
    """img2dataset's, which is given pictures upright and of 8 bits."""

    def __call__(self, img_stream: io.BytesIO, blurring_bbox_list: list | None = None) -> tuple:
        """The picture's bytes, width, height, width and height of old, and None; or None five times and an error."""
        try:
            content = upright(img_stream.read())
        except Exception as error:  # OpenCV's and ours; a picture is never worth the shard
            return None, None, None, None, None, str(error)
        return super().__call__(io.BytesIO(content), blurring_bbox_list)


def _ask(client: Client, row: tuple, retries: int, **_: object) -> tuple:
    """As img2dataset's download_image_with_retry: (key, stream, None) or (key, None, error).

    Only what may be gone the next time is asked for again: a page that is not there is not missed twice.
    """
    key, url = row
    message = None
    for _attempt in range(retries + 1):
        try:
            content = client.get(url)
        except Exception as error:
            message = str(error) or type(error).__name__
            if isinstance(error, HTTPError):
                error.close()
            if isinstance(error, RefusedError) or not is_passing(error_class(message)):
                break
        else:
            return (key, io.BytesIO(content), None) if content else (key, None, "empty: no bytes")
    return key, None, message


def _join(distributor: str, master: str) -> None:
    """Go to a cluster that runs already, which img2dataset then finds."""
    if distributor == "pyspark":
        from pyspark.sql import SparkSession

        SparkSession.builder.master(master).appName("clipcause").getOrCreate()
    elif distributor == "ray":
        import ray

        ray.init(address=master)


def main() -> None:
    """Run img2dataset by the settings that the command line names."""
    settings = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    bounds, master = settings.pop("bounds"), settings.pop("master")
    if master:
        _join(settings["distributor"], master)
    whole = import_module("img2dataset.main")  # the attribute of this name is a function
    whole.Downloader = partial(Downloader, bounds=bounds)
    whole.Resizer = Resizer
    whole.download(**settings)


if __name__ == "__main__":
    from clipcause.pools import engine  # whose classes workers can import, as they cannot those of `__main__`

    engine.main()
