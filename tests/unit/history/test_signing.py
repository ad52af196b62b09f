import hashlib
import hmac
from pathlib import Path

import pytest

from ledgerboard_history.settings import hook_secrets
from ledgerboard_history.signing import Secrets, UnknownSecretError, signature


def test_a_signature_covers_the_time_and_the_body() -> None:
    expected = hmac.new(b"key", b'1700000000.{"a":1}', hashlib.sha256).hexdigest()
    assert signature(b"key", 1_700_000_000, b'{"a":1}') == f"t=1700000000,v1={expected}"
    assert signature(b"key", 1_700_000_001, b'{"a":1}') != signature(b"key", 1_700_000_000, b'{"a":1}')


def test_a_file_comes_before_the_environment_and_is_read_at_each_use(tmp_path: Path) -> None:
    given = hook_secrets({"LEDGERBOARD_HOOK_SECRET_GAME_ONE": "of the environment", "LEDGERBOARD_HOOK_SECRETS": "no"})
    secrets = Secrets(given, tmp_path)
    assert secrets.find("game-one") == b"of the environment"
    (tmp_path / "game-one").write_text("first\n")
    assert secrets.find("game-one") == b"first"
    (tmp_path / "game-one").write_text("second\n")
    assert secrets.find("game-one") == b"second"


@pytest.mark.parametrize("name", ["nobody", "", "../game", "a/b", "A", "x" * 65])
def test_a_name_without_a_secret_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path.parent / "game").write_text("elsewhere")
    with pytest.raises(UnknownSecretError):
        Secrets({"": "empty", "A": "upper"}, tmp_path).find(name)
