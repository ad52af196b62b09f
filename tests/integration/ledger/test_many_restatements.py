"""Many players of a board are opened, read and noted as one is, in as many statements."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event

from ledgerboard_contracts import CorrectionKind
from ledgerboard_ledger import (
    DrawnRestatement,
    LedgerWriter,
    OpenedRestatement,
    OtherServerError,
    Replay,
    Restatements,
    Snapshots,
)
from ledgerboard_testkit.corrections import correction
from ledgerboard_testkit.events import NOON, envelope, event_id, fact
from tests.integration.ledger.elsewhere import record_elsewhere

BAN, UNBAN, VOID, ERASE = CorrectionKind.BAN, CorrectionKind.UNBAN, CorrectionKind.VOID, CorrectionKind.ERASE
UNTIL = NOON + timedelta(seconds=30)
NOBODY = UUID(int=0)


@pytest.fixture
def board() -> str:
    return f"board-{uuid4().hex[:12]}"


@pytest.fixture
def players() -> list[str]:
    """Somebody plain, banned, unbanned, with a void, erased: each with three plays once `played` was called."""
    mark = uuid4().hex[:12]
    return [f"{kind}-{mark}" for kind in ("plain", "banned", "unbanned", "voided", "erased")]


@pytest.fixture
def corrected(engine: Engine, board: str, players: list[str]) -> Mapping[str, UUID]:
    """The newest correction of each of them."""
    writer = LedgerWriter(engine)
    plays = {player: [fact(player, score) for score in range(3)] for player in players}
    writer.append([envelope(*each, board=board) for each in plays.values()], [])
    _, banned, unbanned, voided, erased = players
    made = [
        correction(BAN, player=banned),
        correction(BAN, player=unbanned, board=board),
        correction(UNBAN, player=unbanned, board=board),
        correction(VOID, player=voided, board=board, event_id=plays[voided][1].event_id),
        correction(ERASE, player=erased),
    ]
    writer.correct(made)
    return {each.player or "": each.correction_id for each in made}


def _drawn(opened: Mapping[str, OpenedRestatement]) -> list[DrawnRestatement]:
    return [
        DrawnRestatement(player=player, correction_id=each.correction_id, snapshot=each.snapshot, until=UNTIL)
        for player, each in opened.items()
    ]


def test_many_are_opened_with_one_snapshot_and_each_as_if_alone(
    engine: Engine, board: str, players: list[str], corrected: Mapping[str, UUID]
) -> None:
    restatements = Restatements(engine)
    opened = restatements.open_many(board, [*players, players[0]])
    assert {player: each.correction_id for player, each in opened.items()} == {players[0]: NOBODY, **corrected}
    assert len({each.snapshot for each in opened.values()}) == 1
    assert [player for player, each in opened.items() if each.hidden] == [players[1]]
    known = restatements.of(board, players)
    assert {player: each.until for player, each in known.items()} == dict.fromkeys(players)
    for player in players:
        alone = restatements.open(board, player)
        assert (alone.correction_id, alone.hidden) == (opened[player].correction_id, opened[player].hidden)


def test_what_was_drawn_is_noted_for_those_whom_nobody_began_since(
    engine: Engine, board: str, players: list[str], corrected: Mapping[str, UUID]
) -> None:
    assert corrected
    restatements = Restatements(engine)
    opened = restatements.open_many(board, players)
    again = restatements.open_many(board, [players[0], players[4]])
    assert restatements.opened_many(board, _drawn(opened)) == set(players[1:4])
    known = restatements.of(board, players)
    assert [known[player].until for player in players] == [None, UNTIL, UNTIL, UNTIL, None]
    assert restatements.opened_many(board, _drawn(again)) == {players[0], players[4]}
    assert restatements.opened_many(board, []) == frozenset()
    earlier = [
        DrawnRestatement(player=each.player, correction_id=each.correction_id, snapshot=each.snapshot, until=NOON)
        for each in _drawn(again)
    ]
    restatements.opened_many(board, earlier)
    assert restatements.of(board, [players[0]])[players[0]].until == UNTIL, "of two moments the later one stands"


class _Overtaken(Snapshots):
    """Somebody else opens a player after this one took the first snapshot."""

    def __init__(self, engine: Engine, overtake: Callable[[], object]) -> None:
        super().__init__(engine)
        self._overtakes = [overtake]
        self.taken = 0

    def after_all_writers(self) -> str:
        snapshot = super().after_all_writers()
        self.taken += 1
        if self._overtakes:
            self._overtakes.pop()()
        return snapshot


def test_only_who_was_overtaken_is_begun_anew(
    engine: Engine, board: str, players: list[str], corrected: Mapping[str, UUID]
) -> None:
    assert corrected
    other = Restatements(engine)
    snapshots = _Overtaken(engine, lambda: other.open(board, players[2]))
    opened = Restatements(engine, snapshots).open_many(board, players)
    assert set(opened) == set(players)
    assert snapshots.taken == 2
    first, *others = (opened[player].snapshot for player in (players[0], *players[1:2], *players[3:]))
    assert set(others) == {first}
    assert opened[players[2]].snapshot != first
    assert other.opened_many(board, _drawn(opened)) == set(players)


def test_who_open_the_same_players_in_another_order_do_not_wait_in_a_circle(engine: Engine, board: str) -> None:
    names = [f"player-{uuid4().hex[:12]}" for _ in range(60)]

    def open_and_note(number: int) -> None:
        restatements = Restatements(engine)
        for _ in range(5):
            opened = restatements.open_many(board, names[:: 1 if number % 2 else -1])
            restatements.opened_many(board, _drawn(opened)[:: 1 if number % 2 else -1])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(open_and_note, range(4)))
    assert len(Restatements(engine).of(board, names)) == len(names)


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def listen(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", listen)
    yield seen
    event.remove(engine, "before_cursor_execute", listen)


def test_three_hundred_take_as_many_statements_as_one(engine: Engine, board: str, statements: list[str]) -> None:
    names, restatements, replay = [f"p{number}-{board}" for number in range(300)], Restatements(engine), Replay(engine)
    LedgerWriter(engine).append([envelope(*(fact(player) for player in names), board=board)], [])
    counts = []
    for asked in (names[:1], names):
        statements.clear()
        opened = restatements.open_many(board, asked)
        read = replay.players(board, asked, opened[names[0]].snapshot)
        assert restatements.opened_many(board, _drawn(opened)) == set(asked)
        assert [len(read[player]) for player in asked] == [1] * len(asked)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_the_plays_of_many_are_those_of_each(
    engine: Engine, board: str, players: list[str], corrected: Mapping[str, UUID]
) -> None:
    assert corrected
    replay, snapshot = Replay(engine), Snapshots(engine).after_all_before()
    LedgerWriter(engine).append([envelope(fact(players[0], 9), board=board)], [])
    LedgerWriter(engine).append([envelope(fact(players[0], 9), board=f"{board}-2")], [])
    read = replay.players(board, [*players, "nobody"], snapshot)
    assert {player: [each.score for each in plays] for player, plays in read.items()} == {
        players[0]: [0, 1, 2], players[1]: [], players[2]: [0, 1, 2], players[3]: [0, 2], players[4]: [], "nobody": [],
    }  # fmt: skip
    assert all(replay.player(board, player, snapshot) == plays for player, plays in read.items())
    assert replay.players(board, [], snapshot) == {}
    record_elsewhere(engine, board, players[3], event_id(NOON))
    with pytest.raises(OtherServerError):
        replay.players(board, players, snapshot)
    assert replay.players(board, players[:3], snapshot)[players[0]] == read[players[0]]
