"""What applying a file would do, board by board, told before anything is done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Protocol

import msgspec

from ledgerboard_contracts import BoardDefinition, BoardOptions


class Boards(Protocol):
    """The boards as the gateway knows them."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None where there is no such board."""
        ...


class Verdict(StrEnum):
    """What is to be done about one board."""

    CREATE = "create"
    CHANGE = "change"
    SAME = "same"
    REBUILD = "rebuild"
    """Its plays rank otherwise: it is defined so, and then rebuilt from the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One board: the options it has, if it exists, and those it should have."""

    board: str
    has: BoardOptions | None
    wants: BoardOptions

    @property
    def verdict(self) -> Verdict:
        """What the options ask for."""
        if self.has is None:
            return Verdict.CREATE
        if self.has == self.wants:
            return Verdict.SAME
        return Verdict.CHANGE if self.has.projects_like(self.wants) else Verdict.REBUILD

    @property
    def is_pending(self) -> bool:
        """Whether applying would change the board."""
        return self.verdict in {Verdict.CREATE, Verdict.CHANGE, Verdict.REBUILD}

    def lines(self) -> Iterator[str]:
        """The step for a person to read: what it does, then each option that differs."""
        yield f"  {self.verdict.value:<8} {self.board}"
        before = self.has or BoardOptions()
        for name in (option.name for option in fields(BoardOptions)):
            old, new = getattr(before, name), getattr(self.wants, name)
            if old != new:
                yield f"             {name}: {_shown(new) if self.has is None else f'{_shown(old)} -> {_shown(new)}'}"


def plan(wanted: Mapping[str, BoardOptions], boards: Boards) -> list[Step]:
    """A step for each wanted board, in order. Changes nothing."""
    return [Step(board=board, has=_options_of(boards.current(board)), wants=wants) for board, wants in wanted.items()]


def summary(steps: list[Step]) -> str:
    """How many boards get which verdict."""
    verdicts = [step.verdict for step in steps]
    return ", ".join(f"{verdicts.count(each)} {each.value}" for each in Verdict)


def _options_of(definition: BoardDefinition | None) -> BoardOptions | None:
    return None if definition is None else definition.options


def _shown(value: object) -> str:
    return msgspec.json.encode(value).decode()
