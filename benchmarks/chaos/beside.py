"""Another release whose services stand beside the present ones, as they do while a deployment goes on."""

import io
import shutil
import subprocess
import tarfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ledgerboard_dev.blueprints import GATEWAY, WORKERS

_ROOT: Final = Path(__file__).parents[2]
PREFIX: Final = "other-"
_ALONE: Final = frozenset({"history-beat"})
"""Of these there must be exactly one."""

BESIDE: Final = tuple(replace(each, name=PREFIX + each.name) for each in (GATEWAY, *WORKERS) if each.name not in _ALONE)
"""One process of each of the other release's services, under a name that says whose it is."""


@dataclass(frozen=True, slots=True)
class Release:
    """The sources of a commit, in a folder of their own. They run by the present release's packages."""

    folder: Path

    @property
    def python_path(self) -> str:
        """What finds its modules before the present ones."""
        return ":".join(str(path) for path in sorted(self.folder.glob("*/*/src")))


def check_out(reference: str, folder: Path) -> Release:
    """The release that git calls ``reference``. Raises `CalledProcessError` where there is none."""
    command = [shutil.which("git") or "git", "archive", reference]
    archive = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True).stdout
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return Release(folder)
