"""Become another program, on a leash. Run as a script with the standard library only; it ends in ``exec``.

Before the program starts, this process leads a session of its own, is known to the guardian, and dies with its parent.
So there is no moment at which a started program could outlive a launcher that was killed.
"""

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """``arguments``: a JSON object (see `ledgerboard_dev.processes`), then the program and its arguments."""
    terms: dict[str, Any] = json.loads(arguments[0])
    os.setsid()
    _register(terms["guardian_fd"], terms["stop_signal"])
    _change_identity(terms["identity"])
    _die_with(terms["parent_pid"], terms["death_signal"])
    os.execv(arguments[1], arguments[1:])  # noqa: S606 -- the whole purpose


def _register(guardian_fd: int, stop_signal: int) -> None:
    """Tell the guardian, if there is one, and let go of its pipe: the launcher alone must hold it open."""
    if guardian_fd < 0:
        return
    os.write(guardian_fd, f"add {os.getpid()} {stop_signal}\n".encode())
    os.close(guardian_fd)


def _change_identity(identity: dict[str, int]) -> None:
    """Become who ``identity`` says: ourselves, ourselves seen as ``shown_uid``, or ``uid`` and ``gid``."""
    if not identity:
        return
    if "shown_uid" in identity:
        _enter_user_namespace(identity["shown_uid"])
    else:
        os.setgroups([])
        os.setgid(identity["gid"])
        os.setuid(identity["uid"])


def _enter_user_namespace(shown_uid: int) -> None:
    """Keep our real uid, and so our files, but see ourselves as ``shown_uid``."""
    uid, gid = os.geteuid(), os.getegid()
    _libc_call("unshare", _CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{shown_uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{shown_uid} {gid} 1")


def _die_with(parent_pid: int, death_signal: int) -> None:
    """Ask the kernel for ``death_signal`` at the parent's death. Last, because a change of identity revokes it."""
    if sys.platform == "linux":
        _libc_call("prctl", _PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent_pid:
        raise SystemExit("the launcher died first")


def _libc_call(function: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")


if __name__ == "__main__":
    main(sys.argv[1:])
