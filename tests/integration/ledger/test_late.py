"""Whoever records a fact is told whether the boards may have been drawn without it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event

from ledgerboard_contracts import CorrectionKind, Fact
from ledgerboard_ledger import LedgerWriter, OpenedRestatement, PostgresGenerations, Restatements, Snapshots
from ledgerboard_testkit.corrections import correction
from ledgerboard_testkit.events import NOON, envelope, fact, rejection
from tests.integration.heap import lay_generations

BAN, UNBAN, VOID = CorrectionKind.BAN, CorrectionKind.UNBAN, CorrectionKind.VOID
UNTIL = NOON + timedelta(seconds=30)
AFTER = UNTIL + timedelta(milliseconds=1)


@pytest.fixture
def board() -> str:
    return f"board-{uuid4().hex[:12]}"


@pytest.fixture
def player() -> str:
    return f"player-{uuid4().hex[:12]}"


class Scene:
    """A board, and what is told again of the facts that are recorded on it."""

    def __init__(self, engine: Engine, board: str) -> None:
        self.board = board
        self.writer = LedgerWriter(engine)
        self.generations = PostgresGenerations(engine)
        self.restatements = Restatements(engine)

    def told(self, *facts: Fact, board: str | None = None) -> tuple[Fact, ...]:
        """Of these facts, in one envelope that keeps its id, those that come back."""
        sent = envelope(*facts, board=board or self.board)
        late = self.writer.append([envelope(fact(), board=f"{self.board}-other"), sent], [rejection()]).late
        assert [each.envelope_id for each in late] == [sent.envelope_id] * len(late)
        return tuple(each for part in late for each in part.facts)

    def restate(self, player: str, until: datetime) -> None:
        opened = self.restatements.open(self.board, player)
        self.restatements.opened(self.board, player, opened.correction_id, opened.snapshot, until)


@pytest.fixture
def scene(engine: Engine, board: str) -> Scene:
    return Scene(engine, board)


def test_without_rebuild_or_correction_nothing_is_told_again(scene: Scene) -> None:
    scene.generations.adopt(scene.board, 1)
    assert scene.told(fact()) == ()


def test_a_rebuild_that_nobody_opened_is_no_reason(scene: Scene) -> None:
    scene.generations.request(scene.board, board_version=None, reason="test", author="test")
    assert scene.told(fact()) == ()


def test_while_a_generation_opens_everything_of_its_board_is_told_again(scene: Scene) -> None:
    made = scene.generations.request(scene.board, board_version=None, reason="test", author="test")
    scene.generations.open(scene.board, made.number)
    early, late = fact(), fact(at=NOON + timedelta(days=300))
    assert scene.told(early, late) == (early, late)
    assert scene.told(early) == (early,), "a repeated fact may be one that nobody told, for a crash"
    assert scene.told(early, board=f"{scene.board}-2") == ()


@pytest.mark.parametrize("finished", [False, True])
def test_later_what_was_accepted_before_the_boards_knew_is_told_again(scene: Scene, *, finished: bool) -> None:
    made = scene.generations.request(scene.board, board_version=None, reason="test", author="test")
    scene.generations.open(scene.board, made.number)
    scene.generations.opened(scene.board, made.number, UNTIL)
    if finished:
        scene.generations.finish(scene.board, made.number)
    late, in_time = fact(at=UNTIL), fact(at=AFTER)
    assert scene.told(late, in_time) == (late,)
    assert scene.told(in_time) == ()


@pytest.mark.parametrize("newest_first", [False, True])
def test_of_two_standing_generations_the_later_horizon_counts_in_whatever_order_the_rows_lie(
    engine: Engine, scene: Scene, *, newest_first: bool
) -> None:
    live, building = (_opened(scene, until) for until in (UNTIL, UNTIL + timedelta(minutes=1)))
    scene.generations.finish(scene.board, live)
    lay_generations(engine, newest_first=newest_first)
    late_for_both, late_for_one = fact(at=UNTIL), fact(at=UNTIL + timedelta(minutes=1))
    in_time = fact(at=AFTER + timedelta(minutes=1))
    assert scene.told(late_for_both, late_for_one, in_time) == (late_for_both, late_for_one)
    assert building > live


@pytest.mark.parametrize("newest_first", [False, True])
def test_beside_a_live_generation_one_that_opens_makes_everything_late_in_whatever_order_the_rows_lie(
    engine: Engine, scene: Scene, *, newest_first: bool
) -> None:
    scene.generations.finish(scene.board, _opened(scene, UNTIL))
    following = scene.generations.request(scene.board, board_version=None, reason="test", author="test")
    scene.generations.open(scene.board, following.number)
    lay_generations(engine, newest_first=newest_first)
    early, later = fact(at=UNTIL), fact(at=UNTIL + timedelta(days=1))
    assert scene.told(early, later) == (early, later)


def _opened(scene: Scene, until: datetime) -> int:
    """A generation of which the boards know since ``until``."""
    made = scene.generations.request(scene.board, board_version=None, reason="test", author="test")
    scene.generations.open(scene.board, made.number)
    scene.generations.opened(scene.board, made.number, until)
    return made.number


def test_a_dropped_generation_is_no_reason(scene: Scene) -> None:
    for _ in range(2):
        made = scene.generations.request(scene.board, board_version=None, reason="test", author="test")
        scene.generations.open(scene.board, made.number)
    scene.generations.abandon(scene.board, made.number)
    scene.generations.abandon(scene.board, made.number - 1)
    assert scene.told(fact()) == ()


@pytest.mark.parametrize("kind", [VOID, BAN, UNBAN])
def test_a_corrected_player_is_told_again_until_the_restatement_and_what_is_late_for_it(
    scene: Scene, player: str, kind: CorrectionKind
) -> None:
    named = {"board": scene.board} | ({"event_id": fact().event_id} if kind is VOID else {})
    scene.writer.correct([correction(kind, player=player, **named)])
    late, in_time, others = fact(player, at=UNTIL), fact(player, at=AFTER), fact("somebody")
    assert scene.told(late, in_time, others) == (late, in_time)
    assert scene.told(late, board=f"{scene.board}-2") == ()
    opened = scene.restatements.open(scene.board, player)
    assert scene.told(late, in_time, others) == (late, in_time)
    scene.restatements.opened(scene.board, player, opened.correction_id, opened.snapshot, UNTIL)
    assert scene.told(late, in_time, others) == ((late, in_time) if kind is BAN else (late,))


def test_a_ban_everywhere_holds_on_every_board_and_ends_with_its_unban(scene: Scene, player: str) -> None:
    scene.writer.correct([correction(BAN, player=player)])
    scene.restate(player, UNTIL)
    later, elsewhere = fact(player, at=AFTER), f"{scene.board}-2"
    assert scene.told(later) == scene.told(later, board=elsewhere) == (later,)
    scene.writer.correct([correction(UNBAN, player=player)])
    scene.restate(player, UNTIL)
    assert scene.told(later) == ()
    assert scene.told(later, board=elsewhere) == (later,), "nobody has restated this player there"


def test_a_newer_correction_begins_anew(scene: Scene, player: str) -> None:
    scene.writer.correct([correction(UNBAN, player=player)])
    scene.restate(player, UNTIL)
    later = fact(player, at=AFTER)
    assert scene.told(later) == ()
    scene.writer.correct([correction(UNBAN, player=player)])
    assert scene.told(later) == (later,)


def test_a_restatement_that_was_overtaken_does_not_end_the_other(scene: Scene, player: str) -> None:
    scene.writer.correct([correction(UNBAN, player=player)])
    first, second = (scene.restatements.open(scene.board, player) for _ in range(2))
    assert first.snapshot != second.snapshot
    assert not scene.restatements.opened(scene.board, player, first.correction_id, first.snapshot, UNTIL)
    later = fact(player, at=AFTER)
    assert scene.told(later) == (later,)
    assert scene.restatements.opened(scene.board, player, second.correction_id, second.snapshot, UNTIL)
    assert scene.told(later) == ()


def test_a_player_who_is_drawn_again_without_a_newer_correction_is_told_again_too(scene: Scene, player: str) -> None:
    scene.writer.correct([correction(UNBAN, player=player)])
    scene.restate(player, UNTIL)
    scene.restatements.open(scene.board, player)
    later = fact(player, at=AFTER)
    assert scene.told(later) == (later,)


class _Overtaken(Snapshots):
    """Somebody else opens the player after this one took the first snapshot."""

    def __init__(self, engine: Engine, overtake: Callable[[], None]) -> None:
        super().__init__(engine)
        self._overtakes = [overtake]

    def after_all_writers(self) -> str:
        snapshot = super().after_all_writers()
        if self._overtakes:
            self._overtakes.pop()()
        return snapshot


def test_who_is_overtaken_while_they_wait_begins_anew_and_owns_the_row(
    engine: Engine, scene: Scene, player: str
) -> None:
    scene.writer.correct([correction(UNBAN, player=player)])
    others: list[OpenedRestatement] = []
    overtaken = _Overtaken(engine, lambda: others.append(scene.restatements.open(scene.board, player)))
    mine = Restatements(engine, overtaken).open(scene.board, player)
    (other,) = others
    xmax_of_mine, xmax_of_other = (int(each.snapshot.split(":")[1]) for each in (mine, other))
    assert xmax_of_mine > xmax_of_other
    assert not scene.restatements.opened(scene.board, player, other.correction_id, other.snapshot, UNTIL)
    assert scene.restatements.opened(scene.board, player, mine.correction_id, mine.snapshot, UNTIL)


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def listen(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", listen)
    yield seen
    event.remove(engine, "before_cursor_execute", listen)


def test_the_check_is_one_statement_after_the_inserts_where_it_finds_nobody(
    scene: Scene, statements: list[str]
) -> None:
    scene.writer.append([envelope(fact(f"player-{uuid4()}", at=AFTER + timedelta(days=30)))], [])
    statements.clear()
    scene.writer.append([envelope(fact(f"player-{uuid4()}", at=AFTER + timedelta(days=30)))], [])
    assert ["INSERT" in each for each in statements] == [True, False]
