"""Real games on boards of plays, bests and totals: whole and by level, of every day, week, month and of all time."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ledgerboard_dev.stack import Stack
from tests.e2e.api import Api
from tests.e2e.checks import PERIODS, wait_until
from tests.e2e.games import POLICIES, Game, days_until, fold, load_games
from tests.e2e.producer import Producer, envelopes_of
from tests.e2e.season import key_of

_runs = itertools.count(1)

Expected = dict[tuple[tuple[str, str], ...], list[Game]]
"""The games of each view, by the query that asks for it."""


@pytest.fixture
def boards(api: Api) -> dict[str, str]:
    """A fresh board for each policy."""
    run = next(_runs)
    chosen = {policy: f"games{run}-{policy}" for policy in POLICIES}
    for policy, board in chosen.items():
        assert api.send("PUT", f"/v1/boards/{board}", {"policy": policy}).status == 201
    return chosen


def views(games: Sequence[Game], periods: Sequence[str]) -> Expected:
    """Every view that ``games`` belong to, on the whole board and on their levels."""
    found: Expected = defaultdict(list)
    for game, period, scope in itertools.product(games, periods, (False, True)):
        span = (("period", period),) if period == "all" else (("period", period), ("key", key_of(period, game.when)))
        found[(*span, ("level", game.level)) if scope else span].append(game)
    return found


def differences(api: Api, board: str, policy: str, expected: Expected) -> Iterator[str]:
    """The views of ``board`` that are not the fold of their games."""
    for query, games in expected.items():
        shown = [(row["rank"], row["player"], row["score"]) for row in api.standings(board, **dict(query))]
        if shown != fold(games, policy):
            yield f"{board} {query}"


def assert_folded(api: Api, boards: dict[str, str], games: dict[str, list[Game]], periods: Sequence[str]) -> None:
    for policy, board in boards.items():
        expected = views(games[policy], periods)
        whole = expected[("period", "all"),]
        assert len(whole) == len(games[policy])
        wait_until(
            lambda board=board, policy=policy, whole=whole: (  # type: ignore[misc]
                not list(differences(api, board, policy, {(("period", "all"),): whole}))
            ),
            60,
            f"{board} shows all games",
        )
        assert list(differences(api, board, policy, expected)) == []


def recorded(api: Api, boards: dict[str, str], games: Sequence[Game]) -> Counter[str]:
    """How often each event stands in the ledger of ``boards``."""
    players = {game.player for game in games}
    rows = (row for player in players for row in api.plays(player) if row["board"] in boards.values())
    return Counter(row["event_id"] for row in rows)


@pytest.mark.timeout(300)
def test_dated_games_from_another_producer_fold_exactly_and_the_same_envelopes_again_change_nothing(
    stack: Stack, api: Api, boards: dict[str, str]
) -> None:
    """The gateway stamps the time itself, so the games come as the facts of an importing producer.

    They are moved by whole days, so that the last of their eight days is today and none of their views has expired.
    """
    producer = Producer(stack)
    moved = [replace(game, when=game.when + _shift()) for game in load_games()]
    games = {policy: producer.numbered(moved) for policy in boards}
    envelopes = [each for policy, board in boards.items() for each in envelopes_of(board, games[policy])]
    for delivery in (envelopes, envelopes[::-1]):
        producer.deliver(delivery)
        assert_folded(api, boards, games, PERIODS)
        everything = [game.event_id for policy in boards for game in games[policy]]
        assert recorded(api, boards, load_games()) == Counter(everything)
    assert_known_answers(api, boards)


def _shift() -> timedelta:
    return days_until(load_games(), datetime.now(UTC).date())


def assert_known_answers(api: Api, boards: dict[str, str]) -> None:
    """What others have found out about this file."""
    first = api.standings(boards["total"])[0]
    assert (first["player"], first["score"]) == ("christopherrichardson", 132_646)
    on_total = [row for row in api.plays("christopherrichardson") if row["board"] == boards["total"]]
    assert len(on_total) == 23

    top = [(row["player"], row["score"]) for row in api.standings(boards["best"], level="79")[:3]]
    assert top == [("rodriguezjonathan", 9702), ("christopheroliver", 8662), ("llove", 6256)]

    of_ubecker = max(
        (row for row in api.plays("ubecker") if row["board"] == boards["plays"]), key=lambda row: row["score"]
    )
    assert (of_ubecker["score"], of_ubecker["level"]) == (9090, "84")
    assert api.get(f"/v1/boards/{boards['best']}/players/ubecker").body["score"] == 9090


@pytest.mark.timeout(300)
def test_games_submitted_through_the_api_fold_exactly_and_submitted_again_they_are_new_plays(
    api: Api, boards: dict[str, str]
) -> None:
    """Two requests are two submissions, however alike: until a client can name a submission by a key of its own, the
    gateway cannot tell a repeat from a second play of the same score. So the repeat adds three hundred new events: a
    board of plays shows each game twice, a total doubles, and a best stays as it is, with its first time.
    """
    games: dict[str, list[Game]] = {policy: [] for policy in boards}
    for pushed in (1, 2):
        for policy, board in boards.items():
            games[policy] += submitted(api, board, load_games())
        assert_folded(api, boards, games, ("all",))
        everything = [game for policy in boards for game in games[policy]]
        assert recorded(api, boards, load_games()) == Counter(game.event_id for game in everything)
        assert len({game.event_id for game in everything}) == pushed * 300 * len(boards)
    first = api.standings(boards["total"])[0]
    assert (first["player"], first["score"]) == ("christopherrichardson", 2 * 132_646)
    assert len(api.standings(boards["plays"])) == 600
    assert api.get(f"/v1/boards/{boards['best']}/players/ubecker").body["score"] == 9090


def submitted(api: Api, board: str, games: Sequence[Game]) -> list[Game]:
    """The games as one request had them accepted: their events and times."""
    scores = [{"board": board, "player": game.player, "score": game.score, "level": game.level} for game in games]
    answer = api.submit_many(scores)
    assert answer.status == 202, answer
    return [
        replace(game, event_id=result["event_id"], when=datetime.fromisoformat(result["occurred_at"]))
        for game, result in zip(games, answer.body["results"], strict=True)
    ]
