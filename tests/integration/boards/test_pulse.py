"""A beat tells whether a primary still has what was written to it."""

from datetime import UTC, datetime, timedelta

import redis
from redis.cluster import RedisCluster

from ledgerboard_boards import RedisPulse

NOW = datetime.now(UTC)


def test_a_primary_without_a_beat_is_not_continuous_and_one_that_was_beaten_is(client: redis.Redis, stage: str) -> None:
    pulse = RedisPulse(client, stage)
    (first,) = pulse.look()
    assert (first.continuous, first.beaten_at) == (False, None)
    assert pulse.beat(first, NOW)
    (second,) = pulse.look()
    assert (second.continuous, second.beaten_at) == (True, NOW)


def test_a_beat_takes_the_place_of_the_one_that_was_looked_at_and_of_no_other(client: redis.Redis, stage: str) -> None:
    pulse, other = RedisPulse(client, stage), RedisPulse(client, stage)
    (nothing,) = pulse.look()
    assert other.beat(nothing, NOW)
    assert not pulse.beat(nothing, NOW + timedelta(seconds=9))
    (looked,) = pulse.look()
    client.set(looked.key, looked.value.replace(b" ", b"x ", 1))
    assert not pulse.beat(looked, NOW + timedelta(seconds=9))
    client.delete(looked.key)
    assert not pulse.beat(looked, NOW + timedelta(seconds=9))
    assert pulse.look()[0].beaten_at is None


def test_a_beat_of_another_process_of_the_server_is_not_continuous_and_says_from_when_it_is(
    client: redis.Redis, stage: str
) -> None:
    pulse = RedisPulse(client, stage)
    pulse.beat(pulse.look()[0], NOW)
    (looked,) = pulse.look()
    client.set(looked.key, b"0" * 40 + looked.value[40:])
    (older,) = pulse.look()
    assert (older.continuous, older.beaten_at) == (False, NOW)
    assert pulse.beat(older, NOW)
    assert pulse.look()[0].continuous


def test_stages_have_beats_of_their_own(client: redis.Redis, stage: str) -> None:
    pulse = RedisPulse(client, stage)
    pulse.beat(pulse.look()[0], NOW)
    assert not RedisPulse(client, f"{stage}x").look()[0].continuous


def test_every_primary_of_a_cluster_has_a_beat_and_each_board_one_primary(cluster: RedisCluster, stage: str) -> None:
    pulse = RedisPulse(cluster, stage)
    beats = pulse.look()
    assert len({beat.primary for beat in beats}) == len({beat.process for beat in beats}) == 3
    assert all(pulse.beat(beat, NOW) for beat in beats)
    again = pulse.look()
    assert all(beat.continuous for beat in again)
    held = [[pulse.holds(beat, f"board-{number}") for beat in again] for number in range(30)]
    assert all(sum(each) == 1 for each in held)
    assert all(map(any, zip(*held, strict=True)))
