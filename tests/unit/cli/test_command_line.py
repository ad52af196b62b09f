"""The command's settings and exit codes, as far as no gateway is needed for them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from ledgerboard_cli.__main__ import main
from ledgerboard_cli.settings import Settings, WriteKeyError
from ledgerboard_infra.settings import SettingsError, from_env

URL = "http://127.0.0.1:1"
KEY = "an-operators-key-0001"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("LEDGERBOARD_URL", "LEDGERBOARD_WRITE_KEY", "LEDGERBOARD_WRITE_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({"LEDGERBOARD_WRITE_KEY": KEY}, "LEDGERBOARD_URL: required"),
        ({"LEDGERBOARD_WRITE_KEY": KEY, "LEDGERBOARD_URL": "ftp://boards"}, "LEDGERBOARD_URL"),
        ({"LEDGERBOARD_URL": URL}, "LEDGERBOARD_WRITE_KEY or LEDGERBOARD_WRITE_KEY_FILE"),
    ],
)
def test_settings_name_what_is_missing_or_wrong(environ: Mapping[str, str], names: str) -> None:
    with pytest.raises(SettingsError, match=names):
        from_env(Settings, environ)


def test_the_key_comes_from_the_environment_or_else_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    kept = {"LEDGERBOARD_URL": URL, "LEDGERBOARD_WRITE_KEY_FILE": str(file)}
    assert from_env(Settings, kept).key() == KEY
    assert from_env(Settings, {**kept, "LEDGERBOARD_WRITE_KEY": "another"}).key() == "another"


@pytest.mark.parametrize("content", [b"", b"\n", b"two\nlines", "schlüssel".encode(), b"\xff"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)
    with pytest.raises(WriteKeyError) as refused:
        from_env(Settings, {"LEDGERBOARD_URL": URL, "LEDGERBOARD_WRITE_KEY_FILE": str(file)}).key()
    assert "lines" not in str(refused.value)
    assert "schl" not in str(refused.value)


def test_a_missing_key_file_is_told(tmp_path: Path) -> None:
    missing = {"LEDGERBOARD_URL": URL, "LEDGERBOARD_WRITE_KEY_FILE": str(tmp_path / "none")}
    with pytest.raises(WriteKeyError, match="cannot be read"):
        from_env(Settings, missing).key()


def test_the_key_is_in_no_repr() -> None:
    assert KEY not in repr(from_env(Settings, {"LEDGERBOARD_URL": URL, "LEDGERBOARD_WRITE_KEY": KEY}))


def test_a_call_without_settings_ends_with_2(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert environment is not None
    assert main(["boards", "apply", "boards.toml"]) == 2
    assert "LEDGERBOARD_URL" in capsys.readouterr().err


def test_a_wrong_file_ends_with_2(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    environment.setenv("LEDGERBOARD_URL", URL)
    environment.setenv("LEDGERBOARD_WRITE_KEY", KEY)
    assert main(["boards", "apply", "no-such-file.toml"]) == 2
    assert "no-such-file.toml" in capsys.readouterr().err


def test_help_lists_the_exit_codes_and_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["boards", "apply", "--help"])
    assert left.value.code == 0
    told = capsys.readouterr().out
    assert all(word in told for word in ("LEDGERBOARD_URL", "LEDGERBOARD_WRITE_KEY_FILE", "agreed", "--yes"))
