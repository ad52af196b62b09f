"""The command line says what it needs, and refuses to start without it."""

import pytest

from ledgerboard_gateway.__main__ import main
from ledgerboard_gateway.settings import GatewaySettings
from ledgerboard_infra.settings import SettingsError, from_env

SOUND = {
    "LEDGERBOARD_WRITE_KEY": "0123456789abcdef",
    "LEDGERBOARD_REDIS_URL": "redis://localhost",
    "LEDGERBOARD_DATABASE_URL": "postgresql://localhost/x",
}


def test_help_lists_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for name in ("WRITE_KEY", "READS", "HTTP_PORT", "HTTP_THREADS", "PUBLISHER_SENDERS", "REDIS_URL", "DATABASE_URL"):
        assert f"LEDGERBOARD_{name} (" in told


def test_nothing_starts_with_a_key_below_16_characters_and_the_key_is_not_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in SOUND.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LEDGERBOARD_WRITE_KEY", "fifteen-letters")
    assert main(["serve"]) == 2
    told = capsys.readouterr().err
    assert "LEDGERBOARD_WRITE_KEY" in told
    assert "fifteen-letters" not in told


def test_the_buffer_and_the_waiters_must_leave_threads_for_reads() -> None:
    for name, value in (("HTTP_THREADS", "112"), ("WAIT_REQUESTS", "48"), ("PUBLISHER_BUFFER_REQUESTS", "96")):
        with pytest.raises(SettingsError, match="LEDGERBOARD_PUBLISHER_BUFFER_REQUESTS and LEDGERBOARD_WAIT_REQUESTS"):
            from_env(GatewaySettings, SOUND | {f"LEDGERBOARD_{name}": value})


def test_no_secret_is_in_the_repr() -> None:
    settings = from_env(GatewaySettings, SOUND | {"LEDGERBOARD_DATABASE_URL": "postgresql://u:password@h/x"})
    assert "0123456789abcdef" not in repr(settings)
    assert "password" not in repr(settings)
