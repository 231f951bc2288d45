"""Data sets of the Hugging Face hub as plain URLs, and the token that gated ones ask for.

As for the hub's own library, HF_ENDPOINT in the environment names another hub, and the token is HF_TOKEN or the one
that `hf auth login` stored.
"""

import os
from typing import NamedTuple

SCHEME = "hf://datasets/"
ENDPOINT = "https://huggingface.co"


class DataSet(NamedTuple):
    """A data set, `hf://datasets/OWNER/NAME[@REVISION][/FOLDER]`: the URL of its files, and of its page."""

    files: str
    page: str


def endpoint() -> str:
    """The hub's address."""
    return os.environ.get("HF_ENDPOINT", ENDPOINT).rstrip("/")


def data_set(url: str) -> DataSet | None:
    """The data set that `url` names, None if it is not one of the hub's."""
    if not url.startswith(SCHEME):
        return None
    owner, name, *folder = url.removeprefix(SCHEME).rstrip("/").split("/", 2)
    name, _, revision = name.partition("@")
    page = f"{endpoint()}/datasets/{owner}/{name}"
    return DataSet("/".join([page, "resolve", revision or "main", *folder]), page)


def authorization(url: str) -> dict[str, str]:
    """The header with the user's token if there is one and `url` is on the hub, else none."""
    if not url.startswith(f"{endpoint()}/"):
        return {}
    from huggingface_hub import get_token

    token = get_token()
    return {"Authorization": f"Bearer {token}"} if token else {}
