"""Imports that are killed and begun again, and months that leave the ledger."""

import gzip
import json
import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.chaos.faults.looking import asked
from benchmarks.chaos.ids import uuid7
from benchmarks.chaos.kinds import Kind, SkippedError, Steps
from benchmarks.chaos.network.links import OPEN, Condition, Way
from benchmarks.chaos.plan import Fault
from benchmarks.chaos.traffic import a_player
from benchmarks.chaos.world import World
from ledgerboard_dev.processes import Child

_FACTS_A_BOARD: Final = 700
_POLL_SECONDS: Final = 0.01
_IMPORT_SECONDS: Final = 90.0
_DETACH_SECONDS: Final = 60.0
_TRIES: Final = 6
_DAYS: Final = 5
_MONTH: Final = timedelta(days=31)
_OLDEST_KEPT: Final = 4
"""Months ago: what is older by one than those that the setting keeps."""

_ATTACHED: Final = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'facts'::regclass"


def take_in(world: World, fault: Fault) -> Steps:
    """Import a file, kill the import once or twice, and begin it again until it is done."""
    dice = fault.dice()
    path, event_ids = _write_file(world, fault, _lately(dice))
    kills = dice.choice((0, 1, 1, 2))
    yield from _imported(world, path, event_ids, kills, dice)


def archive(world: World, fault: Fault) -> Steps:
    """Import facts of an old month, and have it archived; the jobs are killed once the month has left the ledger."""
    dice = fault.dice()
    at = datetime.now(UTC) - _MONTH * (_OLDEST_KEPT + world.next_number("archive"))
    path, event_ids = _write_file(world, fault, [at.replace(day=15)])
    yield from _imported(world, path, event_ids, 0, dice)
    yield 3.0
    before = asked(world, _ATTACHED)
    jobs = world.replicas_of("history-jobs")
    for name in jobs:
        world.set_links(f"{name}/postgres", Condition(Way.SLOW, seconds=dice.choice((0.03, 0.06, 0.1))))
    world.send_job("ledgerboard.history.archive_months")
    deadline = time.monotonic() + _DETACH_SECONDS
    while asked(world, _ATTACHED) >= before and time.monotonic() < deadline:
        yield _POLL_SECONDS
    if dice.random() < 0.8:
        for name in jobs:
            world.stack.kill(name)
            world.stack.services[name].launch()
    for name in jobs:
        world.set_links(f"{name}/postgres", OPEN)


def _imported(world: World, path: Path, event_ids: Sequence[str], kills: int, dice: random.Random) -> Steps:
    """Import until it is done. ``kills`` of the tries end after some line of what the command says."""
    world.recorder.imported(event_ids, done=False)
    for number in range(_TRIES):
        child = world.stack.begin("ledgerboard_history", "import", str(path))
        try:
            yield from _watched(child, lines=dice.randint(1, 4) if number < kills else 0)
            code = child.exit_code
        finally:
            child.kill()
        if code == 0:
            world.recorder.imported(event_ids, done=True)
            return
        yield 0.3
    raise SkippedError("the import was never done")


def _watched(child: Child, lines: int) -> Steps:
    """Until the command has ended or, if ``lines`` are given, has said so many."""
    began = len(child.log_tail(10**9).splitlines())
    deadline = time.monotonic() + _IMPORT_SECONDS
    while child.exit_code is None and time.monotonic() < deadline:
        if lines and len(child.log_tail(10**9).splitlines()) - began >= lines:
            return
        yield _POLL_SECONDS


def _lately(dice: random.Random) -> list[datetime]:
    """Some moments of the last days, the views of which the boards still have."""
    now = datetime.now(UTC)
    return [now - timedelta(days=dice.uniform(0.01, _DAYS)) for _ in range(40)]


def _write_file(world: World, fault: Fault, moments: Sequence[datetime]) -> tuple[Path, Sequence[str]]:
    """An export as another ledger would have written it: facts of some boards, one board after the other."""
    dice = fault.dice()
    path = world.folder / "files" / f"{fault.kind}-{fault.luck}.ndjson.gz"
    plain = [name for name, board in world.boards.items() if not (board.managed or board.mortal or board.edits)]
    boards = [fault.target, *dice.sample([name for name in plain if name != fault.target], 3)]
    lines = [line for board in boards for line in _facts(board, world, dice, moments)]
    header = {"type": "export", "version": 1, "board": None, "exported_at": datetime.now(UTC).isoformat()}
    parts = [{"type": "fact", "board": board, "records": _FACTS_A_BOARD} for board in boards]
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for line in (header, *lines, {"type": "end", "records": len(lines), "parts": parts}):
            file.write(json.dumps(line) + "\n")
    return path, [line["fact"]["event_id"] for line in lines]


def _facts(board: str, world: World, dice: random.Random, moments: Sequence[datetime]) -> Iterator[dict[str, Any]]:
    for _ in range(_FACTS_A_BOARD):
        at = dice.choice(moments) + timedelta(microseconds=dice.randrange(10**8))
        yield {
            "type": "fact",
            "board": board,
            "board_version": 1,
            "envelope_id": str(uuid7(at, dice)),
            "fact": {
                "event_id": str(uuid7(at, dice)),
                "player": a_player(dice),
                "score": dice.randint(*world.boards[board].scores),
                "occurred_at": at.isoformat(),
                "level": None,
                "attributes": {"lives": dice.randrange(4), "jumps": dice.randrange(4)},
                "session": None,
            },
        }


KINDS: Final = (
    Kind(
        name="import",
        does="A file of 2,800 facts of four boards is imported; the import is killed up to twice and begun again.",
        shows="Once it is done, every view has the imported plays.",
        per_hour=14,
        targets="plain boards",
        excludes="exchange",
        act=take_in,
    ),
    Kind(
        name="archive",
        does="Facts of an old month are imported and then archived; the jobs are killed just after the month has left.",
        shows="What left the ledger counts no more, on any view.",
        per_hour=8,
        targets="plain boards",
        excludes="exchange",
        act=archive,
    ),
)
