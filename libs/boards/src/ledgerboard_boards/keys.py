"""The names of the boards' keys.

Everything of one board carries the hash tag ``{stage/board}``, so that it lives in one cluster slot and a function call
on it is atomic. Neither a stage nor a board's name may hold a ``/`` or a brace, so two stages never meet in one key.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from ledgerboard_boards.codec import EPOCH
from ledgerboard_contracts import View, spans_of

STAGE_PATTERN: Final = r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,31}\Z"
_STAGE: Final = re.compile(STAGE_PATTERN)
_GENERATION: Final = 1
_WHOLE_BOARD: Final = "board"


@dataclass(frozen=True, slots=True)
class ViewKeys:
    """Where one view lives.

    ``entries``: sorted set, member under sort key. ``prefixes``: hash, player to the prefix of its member.
    ``version``: string, counts the changes of the top. ``top``: string, the rendered top, only while it is valid.
    ``expires_at`` is when all of them go, or None.
    """

    entries: bytes
    prefixes: bytes
    version: bytes
    top: bytes
    expires_at: datetime | None

    @property
    def all(self) -> tuple[bytes, bytes, bytes, bytes]:
        """The four keys in the order in which the function ``fold`` takes them."""
        return (self.entries, self.prefixes, self.version, self.top)

    @property
    def expires_at_seconds(self) -> int:
        """When they go, as Redis takes it: Unix time, 0 for never."""
        return 0 if self.expires_at is None else int(self.expires_at.timestamp())


class Keyspace:
    """The keys of one stage."""

    def __init__(self, stage: str) -> None:
        if not _STAGE.match(stage):
            raise ValueError(f"{stage!r} cannot name a stage: 1 to 32 letters, digits, '.', '_' or '-'")
        self._stage = stage
        self._known_days = lru_cache(maxsize=4096)(self._views_of_day)

    @property
    def channel(self) -> bytes:
        """Where changes of tops are announced, each as ``<version> <top key>``."""
        return f"ledgerboard/{self._stage}/tops".encode()

    def of(self, view: View) -> ViewKeys:
        """The keys of ``view``. The scope stands last, because it is the one part that may hold any character."""
        tag = f"{{{self._stage}/{view.board}}}"
        entries, prefixes, version, top = (
            f"{tag}:{part}:{_GENERATION}:{view.span.key}:{_WHOLE_BOARD}".encode()
            for part in ("entries", "prefixes", "version", "top")
        )
        return ViewKeys(entries, prefixes, version, top, view.span.expires_at)

    def of_day(self, board: str, day: int) -> tuple[ViewKeys, ...]:
        """The views that a fact of ``board`` belongs to: ``day`` counts from 1970 UTC. Costs one cache look-up."""
        return self._known_days(board, day)

    def _views_of_day(self, board: str, day: int) -> tuple[ViewKeys, ...]:
        return tuple(self.of(View(board, span)) for span in spans_of(EPOCH + timedelta(days=day)))
