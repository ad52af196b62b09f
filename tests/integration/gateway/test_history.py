"""What users read of a real ledger, and that nothing of it names a player who was erased."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from ledgerboard_contracts import DEFAULT_OPTIONS, Correction, CorrectionKind, Fact
from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import LedgerWriter, PostgresCorrections, PostgresDefinitions, RankSnapshots
from ledgerboard_testkit.plays import make_envelope, make_fact
from ledgerboard_testkit.queues import RealQueue
from tests.integration.gateway.playing import board_name
from tests.integration.gateway.processes import GatewayProcess, gateway_process

NOW: Final = SystemClock().now()
TODAY: Final = NOW.date()
MINUTE: Final = timedelta(minutes=1)


@pytest.fixture(scope="module")
def gateway(
    sqs_endpoint: str, redis_url: str, ledger_url: str, stage: str, queue: RealQueue
) -> Iterator[GatewayProcess]:
    assert queue.is_empty()
    with gateway_process(sqs_endpoint, redis_url, ledger_url, stage) as process:
        yield process


@pytest.fixture
def board(engine: Engine) -> str:
    name = board_name()
    PostgresDefinitions(engine).define(name, DEFAULT_OPTIONS)
    return name


def record(engine: Engine, board: str, player: str, *scores: int) -> list[Fact]:
    """One play a score, a minute apart, the last one an hour ago, on two levels."""
    start = NOW - timedelta(hours=1) - len(scores) * MINUTE
    made = [
        make_fact(player, score, start + number * MINUTE, level=str(number % 2)) for number, score in enumerate(scores)
    ]
    LedgerWriter(engine).append([make_envelope(board, made)], [])
    return made


def correct(engine: Engine, kind: CorrectionKind, reason: str = "why", **named: Any) -> UUID:
    now = SystemClock().now()
    made = Correction(correction_id=new_uuid7(now), kind=kind, occurred_at=now, reason=reason, author="judge", **named)
    PostgresCorrections(engine).correct([made])
    return made.correction_id


def ask(gateway: GatewayProcess, path: str) -> Any:
    status, told = gateway.request("GET", path)
    assert status == 200, (path, told)
    return told


def pages(gateway: GatewayProcess, path: str | None) -> list[int]:
    scores: list[int] = []
    while path:
        told = ask(gateway, path)
        scores += [row["score"] for row in told["scores"]]
        path = told["next"]
    return scores


def test_plays_are_told_by_time_and_by_score_and_counted(gateway: GatewayProcess, engine: Engine, board: str) -> None:
    player = f"player-{uuid4().hex[:8]}"
    made = record(engine, board, player, 5, 9, 5, 7, 1, 7)
    correct(engine, CorrectionKind.VOID, board=board, player=player, event_id=made[1].event_id)
    own, since = f"/v1/players/{player}/scores", made[1].occurred_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert pages(gateway, f"{own}?board={board}&limit=4") == [7, 1, 7, 5, 9, 5]
    assert pages(gateway, f"{own}?board={board}&level=1&since={since}&limit=1") == [7, 7, 9]
    assert pages(gateway, f"{own}?until={since}") == [5]
    assert pages(gateway, f"/v1/boards/{board}/players/{player}/scores?limit=2") == [7, 7, 5, 5, 1]
    told = ask(gateway, f"/v1/boards/{board}/record")
    assert (told["players"], told["plays"], told["rejections"]) == (1, 5, 0)


def test_an_event_tells_whether_it_counts_by_now_and_why_it_was_voided(
    gateway: GatewayProcess, engine: Engine, board: str
) -> None:
    player = f"player-{uuid4().hex[:8]}"
    voided, other = record(engine, board, player, 5, 5)
    void = correct(engine, CorrectionKind.VOID, "Too fast.", board=board, player=player, event_id=voided.event_id)
    first, second = (ask(gateway, f"/v1/events/{each.event_id}") for each in (voided, other))
    assert (first["counts"], first["corrections"][0]["correction_id"]) == (False, str(void))
    assert (first["corrections"][0]["reason"], second["counts"]) == ("Too fast.", True)
    correct(engine, CorrectionKind.BAN, player=player)
    assert ask(gateway, f"/v1/events/{other.event_id}")["counts"] is False
    correct(engine, CorrectionKind.UNBAN, player=player)
    correct(engine, CorrectionKind.RESET, board=board)
    told = ask(gateway, f"/v1/events/{other.event_id}")
    assert (told["counts"], told["corrections"]) == (False, [])


def test_an_erased_players_name_comes_out_nowhere(gateway: GatewayProcess, engine: Engine, board: str) -> None:
    player = f"leaver-{uuid4().hex[:8]}"
    made = record(engine, board, player, 5, 9)
    correct(engine, CorrectionKind.VOID, f"{player} cheats.", board=board, player=player, event_id=made[0].event_id)
    assert RankSnapshots(engine).take(board, DEFAULT_OPTIONS, TODAY, NOW, most=9)
    reads = [
        f"/v1/boards/{board}/players/{{}}/ranks",
        f"/v1/boards/{board}/players/{{}}/scores",
        "/v1/players/{}/scores",
    ]
    assert [
        bool(told.get("ranks") or told.get("scores")) for told in (ask(gateway, each.format(player)) for each in reads)
    ] == [True] * 3
    events = [f"/v1/events/{each.event_id}" for each in made]
    assert player in ask(gateway, events[0])["corrections"][0]["reason"]
    correct(engine, CorrectionKind.ERASE, player=player)
    for path in reads:
        told = ask(gateway, path.format(player))
        assert told.get("ranks", told.get("scores")) == [], path
    told = [ask(gateway, each) for each in events]
    assert [each["counts"] for each in told] == [False, False]
    assert told[0]["corrections"][0]["reason"] == "(erased)"
    others = [ask(gateway, path.format(told[0]["player"])) for path in reads]
    assert others[0]["ranks"]
    assert player not in str([*told, *others, ask(gateway, f"/v1/boards/{board}/record")])


def test_a_board_that_cannot_be_counted_in_time_is_a_503_and_everything_else_is_told(
    gateway: GatewayProcess, engine: Engine, board: str
) -> None:
    player = f"player-{uuid4().hex[:8]}"
    (played,) = record(engine, board, player, 5)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE rejections IN ACCESS EXCLUSIVE MODE"))
        status, told = gateway.request("GET", f"/v1/boards/{board}/record")
        assert (status, told["type"]) == (503, "/docs/problems/unavailable")
        assert pages(gateway, f"/v1/players/{player}/scores") == [5]
        assert ask(gateway, f"/v1/events/{played.event_id}")["counts"] is True
