"""What an import brings to the ledger reaches the boards, wherever the import is killed."""

import gzip
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from ledgerboard_contracts import BoardOptions, Fact, FactEnvelope
from ledgerboard_history.exchange.importing import ImportLedger
from ledgerboard_history.exchange.lines import EndLine, FactLine, Line, encode_line, header
from ledgerboard_ledger import HeldRebuilds, LedgerImport, LedgerWriter, Month, Partitions
from ledgerboard_ranker.rebuilder.rebuilding import Outcome
from ledgerboard_testkit.plays import make_envelope, make_fact
from ledgerboard_testkit.polling import eventually
from tests.integration.ranker.rebuild_scene import EVERY_POLICY, Scene, expected

_BATCH = 1_000
"""Lines that an import records in one transaction."""

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=70)


@pytest.fixture(scope="module")
def scene(redis_url: str, fresh_database: str) -> Iterator[Scene]:
    scene = Scene(redis_url, fresh_database, f"test-{uuid4().hex[:12]}")
    yield scene
    scene.close()


def _old(count: int, at: datetime = LONG_AGO) -> list[Fact]:
    return [make_fact(f"player-{i % 7}", i * 31 % 97, at + timedelta(seconds=i)) for i in range(count)]


def _write(path: Path, envelopes: Sequence[FactEnvelope]) -> None:
    lines = [
        FactLine(board=each.board, board_version=1, envelope_id=each.envelope_id, fact=fact)
        for each in envelopes
        for fact in each.facts
    ]
    parts: list[Line] = [header(None, NOW), *lines, EndLine(records=len(lines))]
    path.write_bytes(gzip.compress(b"".join(map(encode_line, parts))))


def _importing(path: Path, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ledgerboard_history", "import", str(path)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def test_an_import_that_is_killed_and_begun_again_leaves_every_board_exact(
    scene: Scene, fresh_database: str, tmp_path: Path
) -> None:
    environment = os.environ | {"LEDGERBOARD_DATABASE_URL": fresh_database}
    boards = {scene.board(policy=options.policy): options for options in EVERY_POLICY}
    early = {board: _old(70) for board in boards}
    filling = scene.board()
    rest = make_envelope(filling, _old(_BATCH - 70 * len(boards)))
    last = make_envelope(filling, _old(10, at=NOW - timedelta(days=1)))
    path = tmp_path / "ledger.gz"
    _write(path, [*(make_envelope(board, facts) for board, facts in early.items()), rest, last])
    Partitions(scene.engine).ensure([Month.containing(NOW - timedelta(days=1))])
    with scene.engine.connect() as holder:
        month = Month.containing(NOW - timedelta(days=1)).partition_of("facts")
        holder.execute(text(f"LOCK TABLE {month} IN SHARE MODE"))
        with _importing(path, environment) as first:
            eventually(lambda: _waits(scene), within_seconds=60, what="an import in its second batch")
            first.kill()
        holder.rollback()
    with _importing(path, environment) as again:
        said, _ = again.communicate(timeout=60)
    assert again.returncode == 0, said
    assert f"{_BATCH:,} known" in said, said
    newcomer = {board: [make_fact("newcomer", 1, datetime.now(UTC))] for board in boards}
    for board in boards:
        scene.play(board, newcomer[board])
    _lapse(scene)
    scene.rebuild_all()
    for board, options in boards.items():
        assert scene.shown(board, options) == expected(board, [*early[board], *newcomer[board]], options)


class Killed(HeldRebuilds):
    """An import that dies between its last batch and its end."""

    def release(self) -> frozenset[str]:
        raise KeyboardInterrupt


@pytest.mark.parametrize("dies", [False, True])
def test_a_board_is_built_once_for_an_import_of_many_batches(scene: Scene, tmp_path: Path, *, dies: bool) -> None:
    board, facts, path = scene.board(), _old(3 * _BATCH + 500), tmp_path / "ledger.gz"
    _write(path, [make_envelope(board, facts)])
    outcomes: list[Outcome] = []
    batches = 0

    def rebuild(_read: int, _of: int) -> None:
        nonlocal batches
        batches += 1
        outcomes.extend(scene.rebuild_all())

    rebuilds = (Killed if dies else HeldRebuilds)(scene.engine)
    use = ImportLedger(LedgerWriter(scene.engine, rebuilds), LedgerImport(scene.engine, rebuilds), rebuilds)
    with pytest.raises(KeyboardInterrupt) if dies else nullcontext():
        use.run(path, rebuild)
    assert (batches, outcomes) == (4, [])
    if dies:
        assert scene.rebuild_all() == []
        _lapse(scene)
    assert scene.rebuild_all() == [Outcome.FINISHED]
    assert scene.shown(board, BoardOptions()) == expected(board, facts, BoardOptions())


def test_a_newcomer_does_not_found_a_board_of_which_the_ledger_holds_older_plays(scene: Scene) -> None:
    for options in EVERY_POLICY:
        board, facts = scene.board(policy=options.policy), _old(70)
        scene.writer.append([make_envelope(board, facts)], [])
        newcomer = [make_fact("newcomer", 1, datetime.now(UTC))]
        scene.play(board, newcomer)
        scene.rebuild_all()
        assert scene.shown(board, options) == expected(board, [*facts, *newcomer], options)


def _waits(scene: Scene) -> bool:
    with scene.engine.connect() as connection:
        return bool(connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())


def _lapse(scene: Scene) -> None:
    """A minute passes in which nothing is heard of the import that was killed."""
    with scene.engine.begin() as connection:
        connection.execute(text("UPDATE generations SET leased_until = now() WHERE leased_until > now()"))
