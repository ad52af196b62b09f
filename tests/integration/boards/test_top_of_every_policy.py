"""Under every policy the version of a top rises exactly when the top changes, also where an entry leaves it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerboard_boards import RedisStandings
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_LEVELS, ALL_TIME, TOP_N, WHOLE_BOARD, BoardOptions, Fact, Policy, Standing, View
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact

NOW = datetime.now(UTC)
EDGE = 1000 - 10 * (TOP_N - 1)


def crowd() -> list[Fact]:
    """More players than fit the top, ten points apart, on one level: the last in the top has `EDGE`."""
    moment = NOW - timedelta(seconds=1)
    return [make_fact(f"player-{place}", 1000 - 10 * place, moment, level="1") for place in range(TOP_N + 20)]


plays = st.builds(
    lambda place, score, level, age: make_fact(f"player-{place}", score, NOW - age, level=level),
    st.integers(TOP_N - 4, TOP_N + 24),
    st.integers(-30, 30) | st.integers(EDGE - 30, EDGE + 30),
    st.sampled_from(["1", "2"]),
    st.sampled_from([timedelta(0), timedelta(microseconds=1), timedelta(seconds=2)]),
)


class Reader:
    """The whole board's top and that of the sum over levels."""

    def __init__(self, client: redis.Redis, stage: str, options: BoardOptions) -> None:
        self._client = client
        self._keyspace = Keyspace(stage)
        self._standings = RedisStandings(client, stage)
        self._options = options
        self._views = [View("chess", ALL_TIME, scope) for scope in (WHOLE_BOARD, ALL_LEVELS)]

    def true_tops(self) -> Sequence[tuple[Standing, ...]]:
        return [self._standings.page(view, self._options, 0, TOP_N).standings for view in self._views]

    def entries(self) -> list[Any]:
        """The tops as they are kept: two plays of one player at one moment with one score look alike elsewhere."""
        sets = [self._keyspace.of(view).entries for view in self._views]
        return [self._client.zrange(each, 0, TOP_N - 1, withscores=True) for each in sets]

    def rendered(self) -> Sequence[tuple[Standing, ...]]:
        tops = [self._standings.top(view, self._options) for view in self._views]
        return [msgspec.json.decode(top.body, type=tuple[Standing, ...]) for top in tops]

    def versions(self) -> list[int]:
        return [self._standings.top(view, self._options).version for view in self._views]


@pytest.mark.parametrize("policy", Policy)
@settings(max_examples=30, deadline=None)
@given(envelopes=st.lists(st.lists(plays, min_size=1, max_size=3), min_size=1, max_size=6))
def test_the_version_rises_exactly_when_the_top_changes(
    redis_url: str, policy: Policy, envelopes: list[list[Fact]]
) -> None:
    stage, definition = f"top-{uuid4().hex[:12]}", make_definition("chess", policy=policy, level_total_view=True)
    with redis.Redis.from_url(redis_url) as client:
        boards, reader = FirstGeneration(client, stage), Reader(client, stage, definition.options)
        boards.fold([(make_envelope("chess", crowd()), definition)], NOW)
        for envelope in envelopes:
            before, versions = reader.entries(), reader.versions()
            folded = make_envelope("chess", envelope)
            boards.fold([(folded, definition)], NOW)
            after = reader.entries()
            assert reader.rendered() == reader.true_tops()
            rose = [new > old for old, new in zip(versions, reader.versions(), strict=True)]
            assert rose == [old != new for old, new in zip(before, after, strict=True)]
            (again,) = boards.fold([(folded, definition)], NOW)
            assert (again.entries_changed, again.tops_changed) == (0, 0)
