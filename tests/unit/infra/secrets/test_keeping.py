"""Secrets are fetched rarely, refreshed in time, and survive an outage of their store."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.secrets import MissingSecretError, Secret
from ledgerboard_infra.secrets.keeping import KEPT, RENEWAL_PAUSE
from ledgerboard_testkit.polling import eventually
from tests.unit.infra.secrets.stores import NAME, Scene


def test_a_secret_is_fetched_once_in_five_minutes(scene: Scene) -> None:
    assert timedelta(minutes=5) == KEPT
    for _ in range(3):
        assert scene.secrets.get(NAME) == Secret("first")
    scene.clock.advance(KEPT - timedelta(microseconds=1))
    scene.store.rotate("second")
    assert scene.secrets.get(NAME).current == "first"
    assert len(scene.store.fetches) == 1


def test_a_rotated_secret_is_known_after_five_minutes_with_the_one_before_it(scene: Scene) -> None:
    scene.secrets.get(NAME)
    scene.store.rotate("second")
    scene.clock.advance(KEPT)
    assert scene.secrets.get(NAME) == Secret("second", "first")


def test_a_clock_that_is_set_back_keeps_no_secret_for_longer(scene: Scene) -> None:
    scene.secrets.get(NAME)
    scene.store.rotate("second")
    scene.clock.advance(-timedelta(hours=1))
    assert scene.secrets.get(NAME).current == "second"


def test_one_of_many_fetches_what_nobody_knows_yet(scene: Scene) -> None:
    scene.store.gate.clear()
    with ThreadPoolExecutor(8) as threads:
        got = [threads.submit(scene.secrets.get, NAME) for _ in range(8)]
        eventually(lambda: scene.store.fetches)
        scene.store.gate.set()
        assert {each.result().current for each in got} == {"first"}
    assert len(scene.store.fetches) == 1


def test_nobody_waits_for_a_refresh_but_whoever_does_it(scene: Scene) -> None:
    scene.secrets.get(NAME)
    scene.clock.advance(KEPT)
    scene.store.gate.clear()
    refreshing = threading.Thread(target=scene.secrets.get, args=[NAME])
    refreshing.start()
    eventually(lambda: len(scene.store.fetches) == 2)
    assert scene.secrets.get(NAME).current == "first"
    scene.store.gate.set()
    refreshing.join(10)
    assert len(scene.store.fetches) == 2


def test_an_outage_of_the_store_keeps_the_last_known_value_and_asks_again_every_few_seconds(scene: Scene) -> None:
    scene.secrets.get(NAME)
    scene.store.rotate("second")
    scene.store.available = False
    scene.clock.advance(KEPT)
    for _ in range(5):
        assert scene.secrets.get(NAME).current == "first"
    assert len(scene.store.fetches) == 2
    scene.store.available = True
    scene.clock.advance(RENEWAL_PAUSE)
    assert scene.secrets.get(NAME).current == "second"


def test_a_secret_that_the_store_lost_stays_known(scene: Scene) -> None:
    scene.secrets.get(NAME)
    scene.store.secrets.clear()
    scene.clock.advance(KEPT)
    assert scene.secrets.get(NAME).current == "first"


def test_what_was_never_fetched_is_unavailable_or_missing(scene: Scene) -> None:
    with pytest.raises(MissingSecretError, match="there is no secret boards/other"):
        scene.secrets.get("boards/other")
    scene.store.available = False
    with pytest.raises(UnavailableError):
        scene.secrets.get(NAME)
    scene.store.available = True
    assert scene.secrets.get(NAME).current == "first"


def test_a_refused_secret_is_fetched_at_once_but_not_besieged(scene: Scene) -> None:
    refused = scene.secrets.get(NAME)
    for _ in range(5):
        assert scene.secrets.renewed(NAME, refused) == refused
    assert len(scene.store.fetches) == 2
    scene.store.rotate("second")
    scene.clock.advance(RENEWAL_PAUSE)
    assert scene.secrets.renewed(NAME, refused) == Secret("second", "first")


def test_a_refusal_that_another_thread_already_answered_fetches_nothing(scene: Scene) -> None:
    refused = scene.secrets.get(NAME)
    scene.store.rotate("second")
    scene.secrets.renewed(NAME, refused)
    scene.clock.advance(RENEWAL_PAUSE)
    assert scene.secrets.renewed(NAME, refused).current == "second"
    assert len(scene.store.fetches) == 2


def test_a_name_may_hold_the_stage_and_a_field(scene: Scene) -> None:
    scene.store.rotate('{"write_key": "one", "number": 1}', "boards/blue/keys")
    scene.store.rotate('{"write_key": "two"}', "boards/blue/keys")
    assert scene.secrets.get("boards/{stage}/keys#write_key") == Secret("two", "one")
    with pytest.raises(MisconfiguredError, match="no JSON object with a text 'number'"):
        scene.secrets.get("boards/{stage}/keys#number")
    assert scene.store.fetches == ["boards/blue/keys"]
