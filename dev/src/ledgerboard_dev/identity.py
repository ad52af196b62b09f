"""Who runs PostgreSQL, which refuses to run as root and wants a user with a name.

An ordinary user runs it as himself. Root, or a uid without a name, enters a user namespace in which he is seen as
``nobody``: files stay his, and nothing is copied. Where namespaces are forbidden root becomes ``nobody`` in earnest;
then the data, and binaries that ``nobody`` cannot reach, live in a directory of their own under the temporary one.
"""

import os
import pwd
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledgerboard_dev.processes import run_as

_PLACE_FILE: Final = "postgres-place"


class NoIdentityError(RuntimeError):
    """There is no user on this machine that PostgreSQL would run as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where PostgreSQL lives: its programs, its data, and the identity to run it with (see `leash`)."""

    binaries: Path
    data: Path
    identity: Mapping[str, int]


def postgres_home(home: Path, binaries: Path) -> Home:
    """The first way that works here. ``home`` must exist."""
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return Home(binaries=binaries, data=home / "data", identity={})
    namespace = {"shown_uid": pwd.getpwnam("nobody").pw_uid}
    if _works(namespace, ["/bin/true"]):
        return Home(binaries=binaries, data=home / "data", identity=namespace)
    if os.geteuid() == 0:
        return _nobodys_home(home, binaries)
    raise NoIdentityError(
        f"PostgreSQL needs a user with a name: uid {os.geteuid()} has none, and this machine forbids user namespaces. "
        "Run as root or as an ordinary user"
    )


def forget_place(home: Path) -> None:
    """Remove what lives outside of ``home``, if anything does."""
    place = home / _PLACE_FILE
    if place.exists():
        shutil.rmtree(place.read_text(), ignore_errors=True)
        place.unlink()


def _nobodys_home(home: Path, binaries: Path) -> Home:
    nobody = pwd.getpwnam("nobody")
    identity = {"uid": nobody.pw_uid, "gid": nobody.pw_gid}
    place = _place(home)
    data = place / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    if not _works(identity, [str(binaries / "postgres"), "--version"]):
        binaries = _copied(binaries, place)
    return Home(binaries=binaries, data=data, identity=identity)


def _place(home: Path) -> Path:
    """A directory that nobody can reach and nobody else can have prepared; remembered in ``home``."""
    remembered = home / _PLACE_FILE
    if remembered.exists() and Path(remembered.read_text()).is_dir():
        return Path(remembered.read_text())
    place = Path(tempfile.mkdtemp(prefix="ledgerboard-postgres-"))
    place.chmod(0o711)
    remembered.write_text(str(place))
    return place


def _copied(binaries: Path, place: Path) -> Path:
    """Copy the installation. A wheel's libraries lie beside it and are found by their relative place."""
    installation = binaries.parent.parent
    for source in (installation, installation.with_name(installation.name + ".libs")):
        if source.exists():
            shutil.copytree(source, place / source.name, symlinks=True, dirs_exist_ok=True)
    return place / binaries.relative_to(installation.parent)


def _works(identity: Mapping[str, int], command: list[str]) -> bool:
    """Whether ``command`` can be run under ``identity``."""
    if "shown_uid" in identity and sys.platform != "linux":
        return False
    return run_as(identity, command, {}).returncode == 0


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
