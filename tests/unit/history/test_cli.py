import pytest

from ledgerboard_history.__main__ import EXIT_MISCONFIGURED, main


def test_help_lists_the_commands_and_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    printed = capsys.readouterr().out
    for word in (
        "stream",
        "jobs",
        "beat",
        "migrate",
        "reconcile",
        "LEDGERBOARD_DATABASE_URL",
        "LEDGERBOARD_STREAM_LANES",
    ):
        assert word in printed


@pytest.mark.parametrize("command", ["stream", "jobs", "beat", "migrate", "provision-database", "reconcile"])
def test_a_missing_setting_is_named(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LEDGERBOARD_DATABASE_URL", raising=False)
    assert main([command]) == EXIT_MISCONFIGURED
    assert "LEDGERBOARD_DATABASE_URL" in capsys.readouterr().err
