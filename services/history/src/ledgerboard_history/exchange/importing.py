"""Read an export into the ledger.

Every record has an id of its own that the ledger keeps once, so importing twice changes nothing, and an import that was
stopped is begun again. What is recorded and the rebuild that it takes are one commit, so an import may be killed at any
moment. A line that is of no use is told by its number, and the others go in. Whether a file is whole is known at its
end: what it has is in the ledger by then, and a whole one that is imported later adds what was missing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from ledgerboard_contracts import (
    Correction,
    CorrectionKind,
    FactEnvelope,
    Rejection,
    Restatement,
)
from ledgerboard_history.exchange.lines import (
    VERSION,
    BoardLine,
    CorrectionLine,
    EndLine,
    FactLine,
    HeaderLine,
    RejectionLine,
)
from ledgerboard_history.exchange.reading import ExportReader, Findings
from ledgerboard_ledger import AppendResult, OtherVersionError, RecordedVersion, UnstorableError

_BATCH: Final = 1_000
_IDS: Final = "import"

Tell = Callable[[int, int], None]


class Ledger(Protocol):
    """The record. It raises `UnstorableError` for what can never be stored."""

    def append(
        self, envelopes: Sequence[FactEnvelope], rejections: Sequence[Rejection], *, correlation_ids: Iterable[str]
    ) -> AppendResult:
        """Append all of it or nothing."""
        ...

    def correct(self, corrections: Sequence[Correction]) -> Sequence[Restatement]:
        """Record corrections, and tell whose standings change."""
        ...


class Definitions(Protocol):
    """As `ledgerboard_ledger.LedgerImport`."""

    def define(self, version: RecordedVersion) -> bool:
        """Keep one version; whether it is new."""
        ...

    def keep_erasure(self, correction: Correction) -> None:
        """Keep an erasure."""
        ...

    def known_corrections(self, ids: Iterable[UUID]) -> frozenset[UUID]:
        """Those that are known."""
        ...


class Rebuilds(Protocol):
    """The rebuilds that the ledger asked for whenever it recorded something. They are held back meanwhile."""

    def release(self) -> frozenset[str]:
        """Let them begin; the boards."""
        ...


@dataclass
class Imported(Findings):
    """What an import came to: records that were new and known, and the boards that got something."""

    new: int = 0
    known: int = 0
    boards: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Numbered:
    number: int
    line: FactLine | RejectionLine


class ImportLedger:
    """Imports one file. Every board to which it brought something is rebuilt, once."""

    def __init__(self, ledger: Ledger, definitions: Definitions, rebuilds: Rebuilds) -> None:
        self._ledger = ledger
        self._definitions = definitions
        self._rebuilds = rebuilds

    def run(self, path: Path, tell: Tell) -> Imported:
        """Import ``path``. Raises `UnavailableError` when the ledger is down: begin again."""
        done = Imported()
        waiting: list[_Numbered] = []
        with path.open("rb") as file:
            size = max(1, path.stat().st_size)
            for number, line in ExportReader(file, done).lines():
                if isinstance(line, FactLine | RejectionLine):
                    waiting.append(_Numbered(number, line))
                else:
                    self._take(number, line, done)
                if len(waiting) >= _BATCH:
                    self._append(waiting, done)
                    waiting = []
                    tell(file.tell(), size)
            self._append(waiting, done)
            tell(size, size)
        done.boards |= self._rebuilds.release()
        return done

    def _take(self, number: int, line: HeaderLine | BoardLine | CorrectionLine | EndLine, done: Imported) -> None:
        try:
            match line:
                case BoardLine(definition=definition, created_at=created_at):
                    version = RecordedVersion(definition=definition, created_at=created_at)
                    _count(done, new=self._definitions.define(version))
                case CorrectionLine(correction=correction):
                    self._correct(correction, done)
                case HeaderLine(version=version) if version > VERSION:
                    done.bad.append((number, f"the export is of version {version}, newer than {VERSION}"))
                case HeaderLine() | EndLine():
                    pass
        except (OtherVersionError, UnstorableError) as error:
            done.bad.append((number, str(error)))

    def _correct(self, correction: Correction, done: Imported) -> None:
        is_known = bool(self._definitions.known_corrections([correction.correction_id]))
        if not is_known and correction.kind is CorrectionKind.ERASE:
            self._definitions.keep_erasure(correction)
        elif not is_known:
            self._ledger.correct([correction])
        _count(done, new=not is_known)

    def _append(self, batch: Sequence[_Numbered], done: Imported) -> None:
        """Append all that can be, by halving what fails."""
        if not batch:
            return
        lines = [each.line for each in batch]
        facts = [_envelope(line) for line in lines if isinstance(line, FactLine)]
        refused = [line.rejection for line in lines if isinstance(line, RejectionLine)]
        try:
            result = self._ledger.append(facts, refused, correlation_ids=[_IDS])
        except UnstorableError as error:
            if len(batch) == 1:
                done.bad.append((batch[0].number, str(error)))
                return
            self._append(batch[: len(batch) // 2], done)
            self._append(batch[len(batch) // 2 :], done)
            return
        done.new += result.recorded + result.rejected
        done.known += result.repeated


def _envelope(line: FactLine) -> FactEnvelope:
    return FactEnvelope(
        envelope_id=line.envelope_id,
        correlation_id=_IDS,
        board=line.board,
        board_version=line.board_version,
        facts=(line.fact,),
    )


def _count(done: Imported, *, new: bool) -> None:
    if new:
        done.new += 1
    else:
        done.known += 1
