"""The launcher's few settings, and the only module of it that is handed the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class DevSettings:
    """Which servers to start: the bundled ones, ``system`` for those found on this machine, or a path.

    ``postgres`` is the directory that holds ``initdb`` and ``postgres`` (version 15 or later); ``redis`` is the
    server's executable (version 7.0 or later). ``advisories`` is the URL of a server that knows of vulnerabilities and
    speaks as OSV does; empty for the public ones.
    """

    postgres: str = "bundled"
    redis: str = "bundled"
    advisories: str = ""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read ``LEDGERBOARD_DEV_POSTGRES``, ``LEDGERBOARD_DEV_REDIS`` and ``LEDGERBOARD_DEV_ADVISORIES``."""
        return cls(
            postgres=environ.get("LEDGERBOARD_DEV_POSTGRES") or "bundled",
            redis=environ.get("LEDGERBOARD_DEV_REDIS") or "bundled",
            advisories=environ.get("LEDGERBOARD_DEV_ADVISORIES", ""),
        )
