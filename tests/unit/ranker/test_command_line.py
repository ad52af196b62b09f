"""How the ranker is started, and what it says when it cannot be."""

import pytest

from ledgerboard_ranker.__main__ import main


def test_help_lists_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    shown = capsys.readouterr().out
    for name in (
        "STAGE",
        "REDIS_URL",
        "DATABASE_URL",
        "SQS_ENDPOINT_URL",
        "STREAM_LANES",
        "OPS_PORT",
        "LOG_LEVEL",
        "REBUILD_LEASE_SECONDS",
    ):
        assert f"LEDGERBOARD_{name}" in shown


@pytest.mark.parametrize("command", ["stream", "rebuild"])
def test_missing_settings_are_named_all_at_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    for name in ("LEDGERBOARD_REDIS_URL", "LEDGERBOARD_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LEDGERBOARD_STAGE", "not a stage")
    assert main([command]) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in ("LEDGERBOARD_STAGE", "LEDGERBOARD_REDIS_URL", "LEDGERBOARD_DATABASE_URL"))
