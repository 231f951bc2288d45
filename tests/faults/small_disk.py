"""A real disk of a few megabytes: a tmpfs in a mount namespace of its own, which ends with the test."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

BALLAST = "ballast"
KB = 1024


class SmallDisk:
    """A tmpfs at `folder`, seen by what `run` runs and, at `self.files`, by the test; nobody else sees it.

    `options` are those of mount(8). Needs the right to mount, or to make user namespaces.
    """

    def __init__(self, folder: Path, options: str) -> None:
        self.folder = folder
        own = [] if os.geteuid() == 0 else ["--map-root-user"]
        mount = 'mount -t tmpfs -o "$2" small "$1" && echo ready && exec cat'
        self._holder = subprocess.Popen(
            ["unshare", *own, "--mount", "sh", "-c", mount, "sh", folder, options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._holder.stdout.readline() != "ready\n":
            raise RuntimeError("no small disk for this test: mounting a tmpfs in a namespace of its own was refused")
        self.files = Path(f"/proc/{self._holder.pid}/root{folder.resolve()}")

    def __enter__(self) -> "SmallDisk":
        return self

    def __exit__(self, *_: object) -> None:
        self._holder.communicate()

    def run(self, command: Sequence[str], folder: Path) -> subprocess.CompletedProcess:
        """Run a command in a folder, with the disk in its place; what it says is in `stdout`."""
        user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        enter = [
            "nsenter",
            f"--target={self._holder.pid}",
            *user,
            "--mount",
            "sh",
            "-c",
            'cd "$0" && exec "$@"',
            folder,
        ]
        return subprocess.run(
            [*enter, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1200
        )

    def remount(self, options: str) -> None:
        """Change the disk's options, such as its size."""
        ran = self.run(["mount", "-o", f"remount,{options}", str(self.folder)], Path("/"))
        assert ran.returncode == 0, ran.stdout

    @property
    def free(self) -> int:
        """Bytes."""
        found = os.statvfs(self.files)
        return found.f_bavail * found.f_frsize

    def leave_free(self, room: int) -> None:
        """Fill the disk but for about `room` bytes."""
        (self.files / BALLAST).unlink(missing_ok=True)
        with (self.files / BALLAST).open("wb") as ballast:
            ballast.write(bytes(max(0, self.free - room)))

    def make_room(self) -> None:
        """Take away what fills it."""
        (self.files / BALLAST).unlink()
