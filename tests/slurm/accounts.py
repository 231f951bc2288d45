"""Accounts of jobs, as most clusters keep them: Debian's slurmdbd and a MariaDB on loopback."""

import getpass
import shutil
import socket
import subprocess

from cluster import Cluster, free_ports

ACCOUNT = "lab"
REMEDY = "apt-get install slurmdbd mariadb-server"
CONFIGURATION = """\
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
DbdHost={host}
DbdAddr=127.0.0.1
DbdPort={port}
SlurmUser={user}
PidFile={folder}/slurmdbd.pid
LogFile={folder}/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={database_port}
StorageUser=slurm
StoragePass=slurm
"""


class Accounts:
    """One account, of the user who runs the tests."""

    def __init__(self, cluster: Cluster) -> None:
        if shutil.which("slurmdbd", path="/usr/sbin") is None or shutil.which("mariadb-install-db") is None:
            raise RuntimeError(f"slurmdbd or mariadb-install-db not found; {REMEDY}")
        self._cluster, self._user = cluster, getpass.getuser()
        self._port, self._database_port = free_ports(2)
        self.configuration = (
            "AccountingStorageType=accounting_storage/slurmdbd\n"
            f"AccountingStorageHost=127.0.0.1\nAccountingStoragePort={self._port}\n"
            f"AccountingStoragePass={cluster.folder}/munge.socket"
        )

    def start(self) -> None:
        """Start the database and the daemon that writes to it, and open the account."""
        cluster, folder = self._cluster, self._cluster.folder
        files = ("--no-defaults", f"--datadir={folder}/database", f"--user={self._user}")
        subprocess.run(["mariadb-install-db", *files, "--skip-test-db"], check=True, capture_output=True)
        grant = folder / "grant.sql"
        grant.write_text("CREATE USER slurm@localhost IDENTIFIED BY 'slurm';\nGRANT ALL ON *.* TO slurm@localhost;\n")
        cluster.start(
            "mariadbd", "mariadbd", *files, f"--socket={folder}/database.socket", f"--port={self._database_port}",
            "--bind-address=127.0.0.1", f"--pid-file={folder}/mariadbd.pid", f"--init-file={grant}",
            "--innodb-buffer-pool-size=64M", "--innodb-lock-wait-timeout=900",
        )  # fmt: skip
        cluster.wait("mariadbd makes no socket", (folder / "database.socket").exists)
        settings = folder / "slurmdbd.conf"
        settings.touch(mode=0o600)
        names = {"folder": folder, "host": socket.gethostname(), "user": self._user}
        settings.write_text(CONFIGURATION.format(**names, port=self._port, database_port=self._database_port))
        cluster.start("slurmdbd", "slurmdbd", "-D")
        cluster.wait("slurmdbd does not answer", lambda: self._open("cluster", "loopback"))
        self._open("account", ACCOUNT)
        self._open("user", self._user, f"account={ACCOUNT}")

    def _open(self, *what: str) -> bool:
        self._cluster.ask("sacctmgr", "--immediate", "add", *what)
        return what[1] in self._cluster.ask("sacctmgr", "--noheader", "list", what[0], "format=" + what[0])
