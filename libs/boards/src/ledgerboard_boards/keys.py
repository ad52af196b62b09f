"""The names of the boards' keys.

Everything of one board carries the hash tag ``{stage/board}``, so that it lives in one cluster slot and a function call
on it is atomic. Neither a stage nor a board's name may hold a ``/`` or a brace, so two stages never meet in one key.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from ledgerboard_contracts import Scope, Span, View

STAGE_PATTERN: Final = r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,31}\Z"
_STAGE: Final = re.compile(STAGE_PATTERN)


@dataclass(frozen=True, slots=True)
class ViewKeys:
    """Where one view lives.

    ``entries``: sorted set, member under sort key. ``prefixes``: hash, player to the prefix of its member (of its best
    play's, where every play has one) and then what the fold remembers. ``version``: string, counts the changes of the
    top. ``top``: string, the rendered top, only while it is valid. ``expires_at`` is when all of them go, or None.
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
    """The keys and channels of one stage."""

    def __init__(self, stage: str) -> None:
        if not _STAGE.match(stage):
            raise ValueError(f"{stage!r} cannot name a stage: 1 to 32 letters, digits, '.', '_' or '-'")
        self._stage = stage
        self._known = lru_cache(maxsize=16384)(self._of_all)

    @property
    def channel(self) -> bytes:
        """Where changes of tops are announced, each as ``<version> <top key>``."""
        return f"ledgerboard/{self._stage}/tops".encode()

    @property
    def folded_channel(self) -> bytes:
        """Where every envelope is announced by its id, once its facts are in the boards."""
        return f"ledgerboard/{self._stage}/folded".encode()

    def of(self, view: View) -> ViewKeys:
        """The keys of ``view``. The scope stands last, because it is the one part that may hold any character."""
        tag, where = self._tag(view.board), f"{view.generation}:{view.span.key}:{view.scope.key}"
        entries, prefixes, version, top = (
            f"{tag}:{part}:{where}".encode() for part in ("entries", "prefixes", "version", "top")
        )
        return ViewKeys(entries, prefixes, version, top, view.span.expires_at)

    def of_all(self, board: str, generation: int, scope: Scope, spans: tuple[Span, ...]) -> tuple[ViewKeys, ...]:
        """The keys of the views of ``scope``, one a span. Costs one cache look-up."""
        return self._known(board, generation, scope, spans)

    def state(self, board: str) -> bytes:
        """The hash that says which generations the board has, and which of them is live."""
        return f"{self._tag(board)}:state".encode()

    def moved_board(self, key: bytes) -> str | None:
        """The board whose state ``key`` is, or None for every other key of the stage."""
        tag, _, rest = key.partition(b"}")
        return tag.decode().rpartition("/")[2] if rest == b":state" else None

    def registry(self, board: str, generation: int) -> bytes:
        """The hash of all views of a generation that ever had an entry: key of entries to what reading them takes."""
        return f"{self._tag(board)}:views:{generation}".encode()

    def plays(self, board: str, generation: int) -> bytes:
        """The sorted set of all plays, by player, of a generation in which each play is an entry."""
        return f"{self._tag(board)}:plays:{generation}".encode()

    def added(self, board: str, generation: int) -> bytes:
        """The hash that says what the marks of a generation stood for that are gone, and which pages were added."""
        return f"{self._tag(board)}:added:{generation}".encode()

    def mark(self, board: str, generation: int, envelope_id: UUID) -> bytes:
        """The key that stands for a while after an envelope was added to totals."""
        return f"{self._tag(board)}:seen:{generation}:{envelope_id}".encode()

    def _of_all(self, board: str, generation: int, scope: Scope, spans: tuple[Span, ...]) -> tuple[ViewKeys, ...]:
        return tuple(self.of(View(board, span, scope, generation)) for span in spans)

    def _tag(self, board: str) -> str:
        return f"{{{self._stage}/{board}}}"
