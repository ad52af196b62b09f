"""The files of a run, and what their lines mean.

Each file holds JSON lines, most of them arrays, since there are many. Moments are microseconds since 1970. What players
and operators know stands in ``submissions``, ``asked`` and ``imports``; what the ledger holds in ``facts``,
``rejections``, ``corrections``, ``definitions``, ``sessions``, ``closings``, ``finals`` and ``archived``; what the
boards show in ``standings``. ``run.json`` says when they were read.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

MAX_TIE: Final = 2**53

DEFAULTS: Final[Mapping[str, Any]] = {
    "order": "desc",
    "policy": "best",
    "min_score": -(2**53),
    "max_score": 2**53,
    "ties": [],
    "time_zone": "UTC",
    "seasons": [],
    "level_views": True,
    "session_views": True,
    "level_total_view": False,
    "managed_sessions": False,
}
"""What a definition means where it leaves an option out."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A score as it was asked for. ``answer`` is accepted, unanswered or refused."""

    serial: int
    board: str
    player: str
    score: int
    level: str | None
    session: str | None
    answer: str
    event_id: str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the ledger. ``xid`` is the number of the transaction that recorded it."""

    event_id: str
    board: str
    version: int
    player: str
    score: int
    level: str | None
    at: int
    attributes: Mapping[str, Any]
    session: str | None
    xid: int

    @property
    def accepted_ms(self) -> int:
        """The millisecond at which it was accepted, which its id (UUIDv7, RFC 9562, 5.7) begins with."""
        return milliseconds_of(self.event_id)


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction in the ledger."""

    correction_id: str
    kind: str
    board: str | None
    player: str | None
    event_id: str | None
    at: int
    xid: int


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of a board. ``current``: it is the one that the board goes by."""

    board: str
    version: int
    current: bool
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standings:
    """One view as the API showed it: rank, player, score and moment of each place. ``problem``: it was not shown."""

    board: str
    period: str
    key: str
    scope: str
    source: str
    problem: str
    rows: Sequence[tuple[int, str, int, int]]


@dataclass(frozen=True, slots=True)
class Closing:
    """A period that closed, and the snapshot of the ledger that its final places were taken from."""

    number: int
    board: str
    period: str
    key: str
    starts_at: int
    ends_at: int
    version: int
    snapshot: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """A score that the ledger holds as refused."""

    event_id: str
    board: str
    version: int
    player: str
    score: int
    at: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Everything about a run. ``imports`` maps event ids to whether their import was finished."""

    read_at: int
    submissions: Sequence[Submission]
    asked: Mapping[str, str]
    imports: Mapping[str, bool]
    facts: Sequence[Fact]
    rejections: Sequence[Rejection]
    corrections: Sequence[Correction]
    definitions: Sequence[Definition]
    sessions: Mapping[tuple[str, str], int | None]
    closings: Sequence[Closing]
    finals: Mapping[int, Sequence[tuple[int, str, int, int]]]
    archived: frozenset[str]
    standings: Sequence[Standings]


def milliseconds_of(uuid7: str) -> int:
    """The millisecond in an id."""
    return int(uuid7[:8] + uuid7[9:13], 16)


def read_run(folder: Path) -> Run:
    """Read all files of ``folder``. One that is missing holds nothing."""
    return Run(
        read_at=json.loads((folder / "run.json").read_text())["read_at"],
        submissions=[Submission(*line[:8]) for line in lines(folder / "submissions.jsonl")],
        asked=dict(lines(folder / "asked.jsonl")),
        imports=dict(lines(folder / "imports.jsonl")),
        facts=[_fact(line) for line in lines(folder / "facts.jsonl")],
        rejections=[Rejection(*line) for line in lines(folder / "rejections.jsonl")],
        corrections=[_correction(line) for line in lines(folder / "corrections.jsonl")],
        definitions=[_definition(line) for line in lines(folder / "definitions.jsonl")],
        sessions={(board, name): closed_at for board, name, closed_at in lines(folder / "sessions.jsonl")},
        closings=[Closing(*line) for line in lines(folder / "closings.jsonl")],
        finals=_finals(folder),
        archived=frozenset(event_id for (event_id,) in lines(folder / "archived.jsonl")),
        standings=[_standings(line) for line in lines(folder / "standings.jsonl")],
    )


def lines(path: Path) -> Iterator[Any]:
    """The values in a file. A last line that was cut off is none."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                yield json.loads(line)


def _fact(line: Sequence[Any]) -> Fact:
    event_id, board, version, player, score, level, at, attributes, session, xid = line
    return Fact(event_id, board, version, player, score, level, at, attributes or {}, session, int(xid or 0))


def _correction(line: Sequence[Any]) -> Correction:
    correction_id, kind, board, player, event_id, at, xid = line
    return Correction(correction_id, kind, board, player, event_id, at, int(xid or 0))


def _definition(line: Sequence[Any]) -> Definition:
    board, version, current, options = line
    return Definition(board, version, current, {**DEFAULTS, **options})


def _standings(line: Mapping[str, Any]) -> Standings:
    rows = [(rank, player, score, at) for rank, player, score, at in line["rows"]]
    return Standings(line["board"], line["period"], line["key"], line["scope"], line["source"], line["problem"], rows)


def _finals(folder: Path) -> Mapping[int, Sequence[tuple[int, str, int, int]]]:
    finals: dict[int, list[tuple[int, str, int, int]]] = {}
    for closing, *place in lines(folder / "finals.jsonl"):
        rank, player, score, at = place
        finals.setdefault(closing, []).append((rank, player, score, at))
    return finals
