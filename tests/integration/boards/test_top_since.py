"""Who has a version of a top is told what became of it since."""

from datetime import UTC, datetime

from ledgerboard_boards import CachedTop, RedisStandings, UnchangedTop
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, TOP_N, View
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact

NOW = datetime.now(UTC)
CHESS = View("chess", ALL_TIME)


def fold(boards: FirstGeneration, *scores: tuple[str, int]) -> None:
    facts = [make_fact(player, score, NOW) for player, score in scores]
    boards.fold([(make_envelope("chess", facts), make_definition("chess"))], NOW)


def test_the_top_since_its_own_version_is_unchanged_and_since_any_other_it_is_told(
    boards: FirstGeneration, standings: RedisStandings
) -> None:
    fold(boards, ("ann", 1))
    first = standings.top(CHESS, DEFAULT_OPTIONS)
    assert standings.top_since(CHESS, DEFAULT_OPTIONS, first.version) == UnchangedTop(first.version, 1)
    fold(boards, ("bob", 2))
    second = standings.top_since(CHESS, DEFAULT_OPTIONS, first.version)
    assert isinstance(second, CachedTop)
    assert second == standings.top(CHESS, DEFAULT_OPTIONS)
    assert second.version > first.version
    assert second.body != first.body
    assert standings.top_since(CHESS, DEFAULT_OPTIONS, second.version + 1) == second


def test_an_unchanged_top_tells_the_players_of_now(boards: FirstGeneration, standings: RedisStandings) -> None:
    fold(boards, *((f"player-{place}", 100 + place) for place in range(TOP_N)))
    version = standings.top(CHESS, DEFAULT_OPTIONS).version
    fold(boards, ("below", 1))
    assert standings.top_since(CHESS, DEFAULT_OPTIONS, version) == UnchangedTop(version, TOP_N + 1)


def test_a_view_that_nobody_played_in_is_unchanged_since_version_0(
    boards: FirstGeneration, standings: RedisStandings
) -> None:
    boards.begin("chess")
    assert standings.top_since(CHESS, DEFAULT_OPTIONS, 0) == UnchangedTop(0, 0)
    assert standings.top_since(CHESS, DEFAULT_OPTIONS, 7) == CachedTop(0, b"[]", 0)
