"""A SLURM on loopback: Debian's munged, slurmctld and a slurmd for each of two nodes, which are all this machine."""

import ctypes
import getpass
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

DAEMONS = ("munged", "slurmctld", "slurmd")
REMEDY = "apt-get install slurm-wlm munge"
NODES = ("node1", "node2")
CONFIGURATION = """\
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={controller_port}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=10
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory,CR_LLN
SchedulerParameters=bf_interval=2
GresTypes=gpu
{accounts}
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/ended
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
MinJobAge=300
MessageTimeout=3
KillWait=30
SlurmdTimeout=10
ReturnToService=2
SlurmdParameters=config_overrides
"""
NO_ACCOUNTS = "AccountingStorageType=accounting_storage/none"
NODE = "NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=2 RealMemory=24000 Gres=gpu:2\n"
PARTITION = "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n"


class Accounting(Protocol):
    """Who keeps accounts of a cluster's jobs: it is made with the cluster, and starts before its controller."""

    configuration: str

    def __init__(self, cluster: "Cluster") -> None: ...

    def start(self) -> None: ...


class Cluster:
    """Two nodes of 2 cores and 2 GPUs that nobody looks for. `environment` is what commands need to find it."""

    def __init__(self, accounting: type[Accounting] | None = None) -> None:
        """With `accounting` it keeps accounts of jobs, else it forgets them."""
        if missing := [name for name in DAEMONS if _daemon(name) is None]:
            raise RuntimeError(f"{', '.join(missing)} not found, and SLURM is tested on a real one; {REMEDY}")
        self.folder = Path(tempfile.mkdtemp(prefix="slurm."))  # pytest's are too long for the name of a socket
        self.environment = os.environ | {
            "SLURM_CONF": str(self.folder / "slurm.conf"),
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
        }
        self._running: dict[str, subprocess.Popen] = {}
        self._accounting = accounting(self) if accounting else None
        self._configure()

    def __enter__(self) -> "Cluster":
        try:
            munge = ("--key-file", "munge.key", "--socket", "munge.socket", "--pid-file", "munged.pid")
            logs = ("--log-file", "munged.log", "--seed-file", "munge.seed")
            files = [word if word.startswith("--") else str(self.folder / word) for word in munge + logs]
            self.start("munged", "munged", "--foreground", "--force", *files)
            self.wait("munged makes no socket", lambda: (self.folder / "munge.socket").exists())
            if self._accounting:
                self._accounting.start()
            self.start_controller()
            for node in NODES:
                self.start_node(node)
            self.wait_for_nodes(*NODES)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        """Stop all jobs and daemons, and delete all that they wrote."""
        with suppress(OSError, RuntimeError, subprocess.SubprocessError):
            self.ask("scancel", "--user", getpass.getuser())
            self.wait("jobs do not end", lambda: not self.ask("squeue", "--noheader"), seconds=20)
        for name in reversed(list(self._running)):
            self.stop(name)
        for process in _processes_with(f"SLURM_CONF={self.folder}/slurm.conf"):
            with suppress(OSError):
                os.kill(process, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start_controller(self) -> None:
        """Start the controller, which takes up what it knew."""
        self.start("slurmctld", "slurmctld", "-D")
        self.wait("slurmctld does not answer", lambda: "UP" in self.ask("scontrol", "ping"))

    def start_node(self, name: str) -> None:
        """Start a node's daemon."""
        self.start(name, "slurmd", "-D", "-N", name)

    def wait_for_nodes(self, *names: str) -> None:
        """Wait until jobs can run on these nodes."""
        ready = {"idle", "mix", "alloc"}
        self.wait(f"{names} are not ready", lambda: {self.node_state(name) for name in names} <= ready)

    def node_state(self, name: str) -> str:
        """What the controller thinks of a node: idle, mix, alloc, down ..."""
        return self.ask("sinfo", "--noheader", "--nodes", name, "--format", "%t").strip()

    def stop(self, name: str) -> None:
        """SIGKILL a daemon: `slurmctld`, or a node's by its name."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def kill_node(self, name: str) -> None:
        """SIGKILL a node's daemon and all that runs there, as when a machine loses its power."""
        self.stop(name)
        tasks = _processes_with(f"SLURMD_NODENAME={name}", f"SLURM_CONF={self.folder}/slurm.conf")
        steps = filter(_is_step, map(_parent, tasks))  # first: one that lives would tell how its task died
        for process in [*steps, *tasks]:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def ask(self, *command: str) -> str:
        """What a command of SLURM's answers; nothing if it fails."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)
        return done.stdout

    def ended(self) -> list[dict[str, str]]:
        """All jobs that have ended, by SLURM's own record: JobId, JobState, NodeList, WorkDir, and more."""
        record = self.folder / "ended"
        lines = record.read_text().splitlines() if record.exists() else []
        return [dict(pair.split("=", maxsplit=1) for pair in line.split() if "=" in pair) for line in lines]

    def _configure(self) -> None:
        names = {"host": socket.gethostname(), "user": getpass.getuser(), "folder": self.folder}
        accounts = self._accounting.configuration if self._accounting else NO_ACCOUNTS
        controller, *ports = free_ports(1 + len(NODES))
        text = CONFIGURATION.format(**names, controller_port=controller, accounts=accounts)
        nodes = (NODE.format(name=name, host=names["host"], port=port) for name, port in zip(NODES, ports, strict=True))
        (self.folder / "slurm.conf").write_text(text + "".join(nodes) + PARTITION)
        (self.folder / "gres.conf").write_text("Name=gpu File=/dev/null\nName=gpu File=/dev/zero\n")
        (self.folder / "state").mkdir()
        srun = self.folder / "bin/srun"  # Snakemake's plugin takes SLURM_CONF away from the srun of jobs
        srun.parent.mkdir()
        srun.write_text(f'#!/bin/sh\nSLURM_CONF={self.folder}/slurm.conf exec {shutil.which("srun")} "$@"\n')
        srun.chmod(0o755)
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(128))

    def start(self, name: str, program: str, *arguments: str) -> None:
        """Start a daemon under a name."""
        with (self.folder / f"{name}.out").open("a") as out:
            command = [_daemon(program), *arguments]
            self._running[name] = subprocess.Popen(
                command, env=self.environment, stdout=out, stderr=out, preexec_fn=_die_with_parent
            )

    def wait(self, what: str, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until a condition holds. Raises RuntimeError with the ends of the daemons' logs if it does not."""
        until = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > until:
                logs = "\n".join(f"{log}:\n{log.read_text()[-1000:]}" for log in self.folder.glob("*.out"))
                raise RuntimeError(f"{what}\n{logs}")
            time.sleep(0.2)


def _daemon(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


def _die_with_parent() -> None:
    """Have the kernel kill this process when the tests that started it die, however they do."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _processes_with(*settings: str) -> list[int]:
    """The processes in whose environment variables are set so: what runs in jobs, or what these have left."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            environment = (entry / "environ").read_bytes().split(b"\0")
            if {setting.encode() for setting in settings} <= set(environment) and int(entry.name) != os.getpid():
                found.append(int(entry.name))
    return found


def _parent(process: int) -> int:
    with suppress(OSError):
        return int(re.search(r"^PPid:\s+(\d+)", Path(f"/proc/{process}/status").read_text(), re.M)[1])
    return 0


def _is_step(process: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{process}/comm").read_text().startswith("slurmstepd")
    return False
