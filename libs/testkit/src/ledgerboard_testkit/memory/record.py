"""Board definitions in memory."""

from collections.abc import Sequence

from ledgerboard_contracts import DEFAULT_OPTIONS, BoardDefinition, BoardOptions
from ledgerboard_testkit.memory.dependency import Dependency


class MemoryRecord(Dependency):
    """Definitions, as `PostgresDefinitions` and `CurrentDefinitions` keep them."""

    def __init__(self) -> None:
        super().__init__()
        self._versions: dict[str, list[BoardDefinition]] = {}

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None."""
        self.answer()
        return self._versions[board][-1] if board in self._versions else None

    def version(self, board: str, version: int) -> BoardDefinition | None:
        """One version, or None."""
        self.answer()
        return next((each for each in self._versions.get(board, ()) if each.version == version), None)

    def ensure(self, board: str) -> BoardDefinition:
        """The current definition; an unknown board is made."""
        return self.current(board) or self.define(board, DEFAULT_OPTIONS)[0]

    def define(self, board: str, options: BoardOptions) -> tuple[BoardDefinition, bool]:
        """The definition that now carries ``options``, and whether this call made it."""
        before = self.current(board)
        if before is not None and before.options == options:
            return before, False
        made = BoardDefinition(board=board, version=before.version + 1 if before else 1, options=options)
        self._versions.setdefault(board, []).append(made)
        return made, True

    def list(self, after: str | None, limit: int, prefix: str = "", contains: str = "") -> Sequence[BoardDefinition]:
        """Current definitions by name."""
        self.answer()
        names = sorted(name for name in self._versions if name.startswith(prefix) and name > (after or ""))
        names = [name for name in names if contains.lower() in name.lower()]
        return [self._versions[name][-1] for name in names[:limit]]

    def remember(self, definition: BoardDefinition) -> None:
        """Nothing to do: what is known and what is recorded are one here."""
