"""The command line says what it needs, and refuses to start without it."""

import pytest

from ledgerboard_ingest.__main__ import main


def test_help_lists_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for name in ("STAGE", "DATABASE_URL", "SQS_ENDPOINT_URL", "STREAM_LANES", "OPS_PORT", "LOG_LEVEL", "AWS_REGION"):
        assert f"LEDGERBOARD_{name} (" in told


def test_a_missing_setting_is_named_and_nothing_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LEDGERBOARD_DATABASE_URL", raising=False)
    monkeypatch.setenv("LEDGERBOARD_STREAM_LANES", "none")
    assert main(["stream"]) == 2
    told = capsys.readouterr().err
    assert "LEDGERBOARD_DATABASE_URL: required but not set" in told
    assert "LEDGERBOARD_STREAM_LANES" in told


@pytest.mark.parametrize("arguments", [[], ["serve"]])
def test_an_unknown_command_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: ledgerboard-ingest" in capsys.readouterr().err
