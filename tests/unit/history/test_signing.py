import hashlib
import hmac
from pathlib import Path

import pytest

from ledgerboard_history.settings import hook_secrets
from ledgerboard_history.signing import LocalSecrets, NamedSecrets, UnknownSecretError, signature
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.secrets import MissingSecretError, Secret


def test_a_signature_covers_the_time_and_the_body() -> None:
    expected = hmac.new(b"key", b'1700000000.{"a":1}', hashlib.sha256).hexdigest()
    assert signature([b"key"], 1_700_000_000, b'{"a":1}') == f"t=1700000000,v1={expected}"
    assert signature([b"key"], 1_700_000_001, b'{"a":1}') != signature([b"key"], 1_700_000_000, b'{"a":1}')


def test_a_file_comes_before_the_environment_and_is_read_at_each_use(tmp_path: Path) -> None:
    given = hook_secrets({"LEDGERBOARD_HOOK_SECRET_GAME_ONE": "of the environment", "LEDGERBOARD_HOOK_SECRETS": "no"})
    secrets = LocalSecrets(given, tmp_path)
    assert secrets.find("game-one") == [b"of the environment"]
    (tmp_path / "game-one").write_text("first\n")
    assert secrets.find("game-one") == [b"first"]
    (tmp_path / "game-one").write_text("second\n")
    assert secrets.find("game-one") == [b"second"]


@pytest.mark.parametrize("name", ["nobody", "", "../game", "a/b", "A", "x" * 65])
def test_a_name_without_a_secret_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path.parent / "game").write_text("elsewhere")
    with pytest.raises(UnknownSecretError):
        LocalSecrets({"": "empty", "A": "upper"}, tmp_path).find(name)


class MemoryStore:
    """A store with one secret, which a test rotates and stops."""

    def __init__(self) -> None:
        self.secret, self.is_down = Secret("new", "old"), False

    def get(self, name: str) -> Secret:
        if self.is_down:
            raise UnavailableError("the store is down")
        if name != "hooks/game":
            raise MissingSecretError(f"there is no secret {name}")
        return self.secret


def test_while_a_secret_rotates_there_is_a_signature_by_each_value() -> None:
    store = MemoryStore()
    secrets = NamedSecrets(store, "hooks/")
    assert secrets.find("game") == [b"new", b"old"]
    told = signature(secrets.find("game"), 1, b"{}").split(",")
    assert told == ["t=1", *(signature([each], 1, b"{}").split(",")[1] for each in (b"new", b"old"))]
    store.secret = Secret("new")
    assert secrets.find("game") == [b"new"]


@pytest.mark.parametrize("name", ["nobody", "../game", ""])
def test_a_name_that_the_store_lacks_is_told(name: str) -> None:
    with pytest.raises(UnknownSecretError):
        NamedSecrets(MemoryStore(), "hooks/").find(name)


def test_a_store_that_is_down_leaves_the_delivery_for_later() -> None:
    store = MemoryStore()
    store.is_down = True
    with pytest.raises(UnknownSecretError, match="down"):
        NamedSecrets(store, "hooks/").find("game")
