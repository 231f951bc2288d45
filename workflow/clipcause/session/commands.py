"""Commands of the machine that are asked something."""

import shutil
import subprocess
from collections.abc import Sequence

PATIENCE = 20.0  # seconds


def answer(command: Sequence[str], patience: float = PATIENCE) -> tuple[bool, str]:
    """Whether a command ended well, and what it said; never raises."""
    try:
        ran = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=patience
        )
    except subprocess.TimeoutExpired:
        return False, f"no answer within {patience:.0f} s"
    except OSError as error:
        return False, error.strerror or str(error)
    return ran.returncode == 0, ran.stdout.strip()


def there(name: str) -> bool:
    """Whether a command is on PATH."""
    return shutil.which(name) is not None
