"""Date-bound views live as long as their span says, and then say so."""

from datetime import UTC, datetime, timedelta

import pytest
import redis

from ledgerboard_boards import RedisStandings, ViewExpiredError
from ledgerboard_boards.keys import Keyspace, ViewKeys
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, Period, View, span_containing, spans_of
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact

NOW = datetime.now(UTC)
CHESS = make_definition("chess")


def expiries(client: redis.Redis, keys: ViewKeys) -> list[int]:
    """When each lasting key of a view goes, as Unix time; -1 for never."""
    return [client.expiretime(key.decode()) for key in (keys.entries, keys.prefixes, keys.version)]


def test_every_key_of_a_view_goes_when_its_span_says_and_all_time_never(
    client: redis.Redis, stage: str, boards: FirstGeneration, standings: RedisStandings
) -> None:
    boards.fold([(make_envelope("chess", [make_fact("ann", 1, NOW)]), CHESS)], NOW)
    for span in spans_of(NOW):
        keys = Keyspace(stage).of(View("chess", span))
        expected = -1 if span.expires_at is None else int(span.expires_at.timestamp())
        assert [client.expiretime(key.decode()) for key in (keys.entries, keys.prefixes, keys.version)] == [
            expected
        ] * 3
        standings.top(View("chess", span), DEFAULT_OPTIONS)
        assert 0 < client.ttl(keys.top) <= 30


def test_a_view_keeps_its_expiry_even_if_one_envelope_replaces_every_entry(
    client: redis.Redis, stage: str, boards: FirstGeneration
) -> None:
    for score in range(3):
        facts = [make_fact(f"player-{i}", score, NOW - timedelta(microseconds=score)) for i in range(150)]
        boards.fold([(make_envelope("chess", facts), CHESS)], NOW)
    span = span_containing(Period.DAY, NOW)
    assert span.expires_at is not None
    keys = Keyspace(stage).of(View("chess", span))
    expected = int(span.expires_at.timestamp())
    assert expiries(client, keys) == [expected] * 3


def test_a_late_fact_counts_in_the_period_it_occurred_in(boards: FirstGeneration, standings: RedisStandings) -> None:
    late = NOW - timedelta(days=7)
    boards.fold([(make_envelope("chess", [make_fact("ann", 1, NOW), make_fact("ann", 9, late)]), CHESS)], NOW)
    for when, score in ((NOW, 1), (late, 9)):
        page = standings.page(View("chess", span_containing(Period.DAY, when)), DEFAULT_OPTIONS, 0, 10)
        assert [each.score for each in page.standings] == [score]


def test_a_fact_too_late_for_its_day_is_in_all_time_only_and_the_day_says_that_it_expired(
    client: redis.Redis, stage: str, boards: FirstGeneration, standings: RedisStandings
) -> None:
    long_ago = NOW - timedelta(days=200)
    (result,) = boards.fold([(make_envelope("chess", [make_fact("ann", 1, long_ago)]), CHESS)], NOW)
    assert (result.entries_changed, result.views_expired) == (1, 3)
    assert standings.page(View("chess", ALL_TIME), DEFAULT_OPTIONS, 0, 10).total == 1
    for span in spans_of(long_ago)[1:]:
        view = View("chess", span)
        assert not client.exists(*Keyspace(stage).of(view).all)
        with pytest.raises(ViewExpiredError, match="has expired"):
            standings.page(view, DEFAULT_OPTIONS, 0, 10)
        with pytest.raises(ViewExpiredError):
            standings.standing(view, DEFAULT_OPTIONS, "ann")
        with pytest.raises(ViewExpiredError):
            standings.top(view, DEFAULT_OPTIONS)


def test_expiry_is_judged_by_the_moment_of_folding(boards: FirstGeneration, standings: RedisStandings) -> None:
    in_a_year = NOW + timedelta(days=365)
    (result,) = boards.fold([(make_envelope("chess", [make_fact("ann", 1, NOW)]), CHESS)], in_a_year)
    assert (result.entries_changed, result.views_expired) == (1, 3)
    assert standings.page(View("chess", span_containing(Period.DAY, NOW)), DEFAULT_OPTIONS, 0, 10).total == 0
