"""Names of hosts, and the hub that models and test sets of others come from."""

import os
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from clipcause.doctor.finding import Finding, ok, problem, warning

PATIENCE = 5.0  # seconds
LARGE = 1_000_000  # URLs, from which on a resolver of one's own pays
RESOLVER = Path("/etc/resolv.conf")
OWN_RESOLVER = (
    "a resolver on this machine, such as unbound or bind9, with nameserver 127.0.0.1; img2dataset's README tells how"
)


def check_names(pool: str, hosts: Sequence[str], urls: int) -> Iterator[Finding]:
    """The names of hosts that a pool's URLs name are found; `urls` is how many it has."""
    found = resolved(hosts)
    subject, says = "names", f"{pool}: {len(found)} of {len(hosts)} hosts of its URLs are found"
    if not found:
        yield problem(
            subject,
            says,
            "mend the network or its DNS (cat /etc/resolv.conf), or take pools of files or shards, which need none",
        )
    elif len(found) < len(hosts) / 2:
        yield warning(
            subject,
            f"{says}; hosts die, but rarely half of them",
            f"see whether the DNS answers in time; {OWN_RESOLVER}",
        )
    else:
        yield ok(subject, says)
    if urls >= LARGE and not _own_resolver():
        yield warning(subject, f"{pool}: {urls:,} URLs are asked of a DNS that others use too", OWN_RESOLVER)


def resolved(hosts: Sequence[str]) -> list[str]:
    """Those of the hosts whose names are found in time."""
    pool = ThreadPoolExecutor(max_workers=max(len(hosts), 1))
    asked = {pool.submit(socket.getaddrinfo, host, 443): host for host in hosts}
    done, _ = wait(asked, timeout=PATIENCE)
    pool.shutdown(wait=False, cancel_futures=True)
    return [asked[each] for each in done if each.exception() is None]


def check_hub(needed_by: Sequence[str], environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """The hub answers, and who asks is known there; `needed_by` names what comes from it."""
    from huggingface_hub import constants, get_token

    what = ", ".join(needed_by)
    if environment.get("HF_HUB_OFFLINE", "").upper() in ("1", "TRUE", "YES", "ON"):
        yield warning(
            "hub", f"{what}: only what was fetched before, for HF_HUB_OFFLINE is set", "unset HF_HUB_OFFLINE to fetch"
        )
        return
    try:
        with urllib.request.urlopen(urllib.request.Request(constants.ENDPOINT, method="HEAD"), timeout=PATIENCE):
            yield ok("hub", f"{constants.ENDPOINT} answers; needed by {what}")
    except urllib.error.HTTPError as error:
        yield warning(
            "hub",
            f"{constants.ENDPOINT} answers with {error.code}; needed by {what}",
            "try again later, or set HF_ENDPOINT to a mirror",
        )
    except (OSError, ValueError) as error:
        yield problem(
            "hub",
            f"{constants.ENDPOINT} does not answer ({error}); needed by {what}",
            "mend the network or its proxy (HTTPS_PROXY); or fetch on another machine, copy its cache and set HF_HOME",
        )
    if get_token() is None:
        yield warning(
            "hub",
            "no token: what is gated is refused, and many downloads are slowed down",
            "hf auth login, or set HF_TOKEN",
        )
    else:
        yield ok("hub", "a token is there")


def _own_resolver() -> bool:
    try:
        lines = RESOLVER.read_text().splitlines()
    except OSError:
        return False
    servers = [line.split()[1] for line in lines if line.startswith("nameserver ") and len(line.split()) > 1]
    return bool(servers) and servers[0].startswith(("127.", "::1"))
