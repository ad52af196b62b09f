"""A small file system of its own for PostgreSQL, which can be full. Only root may mount one.

The process enters a mount namespace of its own first, so the file system goes with it, however it ends.
"""

import ctypes
import os
import shutil
from pathlib import Path
from typing import Final

_NEW_NAMESPACE: Final = 0x20000
_PRIVATE: Final = 0x40000 | 0x4000
_REMOUNT: Final = 0x20
_DETACH: Final = 2
_ROOM_BYTES: Final = 6 * 1024**3
_LEFT_BYTES: Final = 128 * 1024


class Disk:
    """A file system in memory at ``place``. It holds little of the machine's memory while it holds little."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._is_mounted = False

    def mount(self) -> bool:
        """Make it. Call it before any other thread begins. False: this user may not."""
        if os.geteuid() != 0 or not hasattr(os, "statvfs"):
            return False
        self._place.mkdir(parents=True, exist_ok=True)
        self._is_mounted = (
            _succeeds("unshare", _NEW_NAMESPACE)
            and _succeeds("mount", b"none", b"/", None, _PRIVATE, None)
            and _succeeds("mount", b"tmpfs", os.fsencode(self._place), b"tmpfs", 0, _size(_ROOM_BYTES))
        )
        return self._is_mounted

    def unmount(self) -> None:
        """Let it go, with all that is in it. Safe where it was never made."""
        if self._is_mounted:
            _succeeds("umount2", os.fsencode(self._place), _DETACH)

    def fill(self) -> None:
        """Leave next to nothing of it."""
        self._resize(shutil.disk_usage(self._place).used + _LEFT_BYTES)

    def give_room(self) -> None:
        """Let it be as large as it was."""
        self._resize(_ROOM_BYTES)

    def _resize(self, size_bytes: int) -> None:
        if self._is_mounted:
            _succeeds("mount", b"tmpfs", os.fsencode(self._place), b"tmpfs", _REMOUNT, _size(size_bytes))


def _size(size_bytes: int) -> bytes:
    return f"size={size_bytes},mode=0755".encode()


def _succeeds(function: str, *arguments: object) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(getattr(libc, function)(*arguments) == 0)
