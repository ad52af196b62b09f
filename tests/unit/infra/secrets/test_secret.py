"""A secret tells its values to whoever asks for them, and to nobody who merely prints it."""

import traceback
from itertools import islice

import pytest

from ledgerboard_infra.errors import MisconfiguredError
from ledgerboard_infra.secrets import Credential, Credentials, NamedKey, Secret, StaticKey
from ledgerboard_infra.secrets.keeping import RENEWAL_PAUSE
from tests.unit.infra.secrets.stores import NAME, Scene

OLD, NEW = "o" * 16, "n" * 16


def test_no_value_is_in_a_repr() -> None:
    for shown in (Secret("hunter2", "hunter1"), Credential("ada", "hunter2")):
        assert "hunter" not in f"{shown!r} {shown} {[shown]}"


def test_no_value_is_in_an_error() -> None:
    for value in ("hunter2", '{"password": "hunter2"', '{"other": "hunter2"}'):
        with pytest.raises(MisconfiguredError) as caught:
            Secret(value, value).chosen("keys", "key")
        assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_both_values_are_accepted_and_nothing_else() -> None:
    secret = Secret("second", "first")
    assert [secret.accepts(given) for given in ("second", "first", "third", "", "seco\udc80")] == [True, True] + 3 * [
        False
    ]
    assert not Secret("second").accepts("first")
    assert Secret("schlüssel").accepts("schlüssel")


def test_a_key_from_the_settings_is_accepted_alone() -> None:
    for question in (StaticKey.accepts, StaticKey.accepts_now):
        assert question(StaticKey("first"), "first")
        assert not question(StaticKey("first"), "second")
        assert not question(StaticKey(""), "")


def test_a_new_key_is_known_at_once_and_the_old_one_while_the_store_has_it(scene: Scene) -> None:
    scene.store.rotate(OLD)
    key = NamedKey(scene.secrets, NAME)
    assert key.accepts(OLD)
    scene.store.rotate(NEW)
    scene.clock.advance(RENEWAL_PAUSE)
    assert not key.accepts(NEW)
    assert key.accepts_now(NEW)
    assert key.accepts(NEW)
    assert key.accepts(OLD)
    scene.store.secrets[NAME] = Secret(NEW)
    scene.clock.advance(RENEWAL_PAUSE)
    assert not key.accepts_now("w" * 16)
    assert not key.accepts(OLD)


def test_wrong_keys_do_not_besiege_the_store(scene: Scene) -> None:
    key = NamedKey(scene.secrets, NAME)
    assert not [given for given in map(str, range(50)) if key.accepts_now(given.zfill(16))]
    assert len(scene.store.fetches) == 2


def test_a_key_that_is_too_short_opens_nothing(scene: Scene) -> None:
    key = NamedKey(scene.secrets, NAME)
    assert not key.accepts("first")
    assert not key.accepts_now("first")


def test_a_credential_is_the_password_or_what_rds_writes(scene: Scene) -> None:
    credentials = Credentials(scene.secrets, NAME)
    assert next(credentials.attempts()) == Credential(None, "first")
    scene.store.rotate('{"username": "ada", "password": "p", "host": "db", "port": 5432}', "rds")
    assert next(Credentials(scene.secrets, "rds").attempts()) == Credential("ada", "p")


def test_after_a_refusal_the_new_current_and_the_previous_credential_are_tried(scene: Scene) -> None:
    attempts = Credentials(scene.secrets, NAME, pause=scene.pause).attempts()
    assert next(attempts) == Credential(None, "first")
    scene.store.rotate("second")
    scene.store.rotate("third")
    assert [each.password for each in islice(attempts, 2)] == ["third", "second"]


def test_where_all_were_refused_the_store_is_given_a_moment_to_follow_the_server(scene: Scene) -> None:
    scene.store.rotate("second")
    attempts = Credentials(scene.secrets, NAME, pause=scene.pause).attempts()
    assert [each.password for each in islice(attempts, 2)] == ["second", "first"]
    scene.store.rotate("third")
    assert [each.password for each in attempts] == ["third", "second"]
    assert scene.paused_seconds == [RENEWAL_PAUSE.total_seconds()]
