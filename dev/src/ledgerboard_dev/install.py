"""Make .venv from requirements.lock and our packages. Standard library only: it runs before anything is installed.

Every package must match a hash of the lock, whoever serves it. A stamp of what .venv was made from is written last, so
an interrupted installation is done again and a finished one costs nothing.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Final

_PIPS_WORDS: Final = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}
"""What pip and uv call the same."""
_PLACES_ARE_EQUAL: Final = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
"""Wherever a file comes from, its hash is what is trusted; so each place may serve what another lacks, as with pip."""


class InstallationError(RuntimeError):
    """It cannot be installed. The message says what to do, or what the failing tool said."""


def install(root: Path, environ: Mapping[str, str]) -> Path:
    """Make or refresh .venv unless it is as it should be. Returns its Python. `SystemExit` tells failures in words."""
    installation = Installation(root, environ)
    try:
        with _alone(root):
            if not installation.is_current():
                installation.refresh()
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"run: {' '.join(error.cmd[:4])} ... failed ({error.returncode}):\n{error.output}") from None
    except InstallationError as error:
        raise SystemExit(f"run: {error}") from None
    except PermissionError as error:
        raise SystemExit(f"run: no right to write {error.filename}: did another user make it?") from None
    return installation.python


class Installation:
    """The virtual environment of one clone."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self._root = root
        self._venv = root / ".venv"
        self.python = self._venv / "bin" / "python"
        self._lock = root / "requirements.lock"
        self._stamp = self._venv / "ledgerboard-stamp"
        self._environ = {**_PLACES_ARE_EQUAL, **_pips_places(environ), **environ, "VIRTUAL_ENV": str(self._venv)}

    def is_current(self) -> bool:
        """Whether .venv is whole and made from the lock and the packages as they are now."""
        return self.python.exists() and self._stamp.exists() and self._stamp.read_text() == self._wanted()

    def refresh(self) -> None:
        """Install everything that is missing or has changed, saying what takes how long."""
        self._stamp.unlink(missing_ok=True)
        _say("installing, once:")
        with _step("virtual environment"):
            self._make_environment()
        with _step("locked packages"):
            tool = self._install_locked()
        with _step("our packages"):
            editable = [word for package in self._packages() for word in ("-e", str(package.parent))]
            self._run([*tool, "--no-deps", "--no-build-isolation", *editable])
        self.stamp()

    def stamp(self) -> None:
        """Note what it was made from. Comes last."""
        self._stamp.write_text(self._wanted())

    def _wanted(self) -> str:
        """A digest. The place counts, since a virtual environment cannot be moved."""
        digest = hashlib.sha256(str(self._root).encode())
        for file in (self._lock, *self._packages()):
            digest.update(file.read_bytes())
        return digest.hexdigest()

    def _packages(self) -> list[Path]:
        patterns = ("libs/*/pyproject.toml", "services/*/pyproject.toml", "cli/pyproject.toml", "dev/pyproject.toml")
        return sorted(file for pattern in patterns for file in self._root.glob(pattern))

    def _make_environment(self) -> None:
        """A fresh one if what is there does not run. Debian cuts ensurepip out of Python; pip from outside will do."""
        if self.python.exists() and subprocess.run([self.python, "-c", ""], check=False).returncode == 0:
            return
        if self._venv.exists():
            shutil.rmtree(self._venv)
        if uv := shutil.which("uv"):
            self._run([uv, "venv", "--quiet", "--python", sys.executable, str(self._venv)])
        elif find_spec("ensurepip"):
            self._run([sys.executable, "-m", "venv", str(self._venv)])
        elif find_spec("venv") and find_spec("pip"):
            self._run([sys.executable, "-m", "venv", "--without-pip", str(self._venv)])
        else:
            package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
            raise InstallationError(f"this Python makes no virtual environments: install {package} (apt) or uv")

    def _install_locked(self) -> list[str]:
        """By the first installer that can. Returns its command."""
        *preferred, last = self._installers()
        for tool in preferred:
            with suppress(subprocess.CalledProcessError):
                self._run([*tool, "--require-hashes", "-r", str(self._lock)])
                return tool
        self._run([*last, "--require-hashes", "-r", str(self._lock)])
        return last

    def _installers(self) -> list[list[str]]:
        """The fastest first: this machine's uv, else the locked one; and pip, which may reach what uv cannot."""
        uv = shutil.which("uv") or shutil.which("uv", path=str(self._venv / "bin")) or self._locked_uv()
        by_uv = [[uv, "pip", "install", "--quiet", "--python", str(self.python)]] if uv else []
        return [*by_uv, [*self._pip(), "install", "--quiet"]]

    def _locked_uv(self) -> str | None:
        """Install the uv that the lock names. There may be none for this machine."""
        locked = re.search(r"^uv==.*\n(?: .*\n)*", self._lock.read_text(), re.MULTILINE)
        requirement = self._venv / "uv.txt"
        requirement.write_text(locked[0] if locked else "")
        with suppress(subprocess.CalledProcessError):
            self._run([*self._pip(), "install", "--quiet", "--require-hashes", "-r", str(requirement)])
        return shutil.which("uv", path=str(self._venv / "bin"))

    def _pip(self) -> list[str]:
        """The environment's own pip, or this Python's, told to work there."""
        if next(self._venv.glob("lib/python*/site-packages/pip"), None):
            return [str(self.python), "-m", "pip"]
        return [sys.executable, "-m", "pip", "--python", str(self.python)]

    def _run(self, command: Sequence[str]) -> None:
        subprocess.run(command, check=True, stdout=PIPE, stderr=STDOUT, text=True, env=self._environ, cwd=self._root)


def _pips_places(environ: Mapping[str, str]) -> dict[str, str]:
    """Where pip was told to look and whom to trust, said again in uv's words. Empty where nothing was told."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    told = subprocess.run(command, check=False, capture_output=True, text=True, env=dict(environ)).stdout
    places = re.findall(r"^(?:global|install|:env:)\.([a-z-]+)='(.*)'$", told, re.MULTILINE)
    return {_PIPS_WORDS[name]: place for name, place in places if name in _PIPS_WORDS}


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One installation at a time. The lock is on the folder itself and goes with the process, however that ends."""
    folder = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("another run is installing; waiting for it")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


@contextmanager
def _step(name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    _say(f"  {name:<32} {time.monotonic() - began:5.1f} s")


def _say(words: str) -> None:
    """To standard error: what a command prints stays its own."""
    print(words, file=sys.stderr, flush=True)
