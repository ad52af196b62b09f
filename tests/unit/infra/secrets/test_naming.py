"""Settings name secrets, and say where they are."""

from pathlib import Path

import pytest

from ledgerboard_infra.secrets import Secret, make_credentials, make_secrets
from ledgerboard_infra.settings import (
    PostgresSettings,
    RedisSettings,
    SecretsSettings,
    SettingsError,
    describe,
    from_env,
)
from ledgerboard_testkit.memory import FixedClock


def planted(directory: Path, **secrets: str) -> SecretsSettings:
    for name, value in secrets.items():
        (directory / name).write_text(value)
    environ = {
        "LEDGERBOARD_SECRETS": "files",
        "LEDGERBOARD_SECRETS_DIRECTORY": str(directory),
        "LEDGERBOARD_STAGE": "pr9",
    }
    return from_env(SecretsSettings, environ)


def test_a_name_says_which_stage_it_is_of_which_by_default_is_our_own(tmp_path: Path) -> None:
    settings = planted(tmp_path, pr9="ours", shared="theirs")
    assert make_secrets(settings, FixedClock()).get("{stage}") == Secret("ours")
    other = SecretsSettings(store="files", directory=str(tmp_path), own_stage="pr9", stage="shared")
    assert make_secrets(other, FixedClock()).get("{stage}") == Secret("theirs")


def test_the_environment_may_be_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOARDS_PASSWORD", "first")
    assert make_secrets(SecretsSettings(), FixedClock()).get("BOARDS_PASSWORD") == Secret("first")


def test_no_name_is_no_credential(tmp_path: Path) -> None:
    settings = planted(tmp_path, database="password-1")
    assert make_credentials(settings, "") is None
    credentials = make_credentials(settings, "database")
    assert credentials is not None
    assert [next(credentials.attempts()).password] == ["password-1"]


@pytest.mark.parametrize(
    ("group", "environ"),
    [
        (
            PostgresSettings,
            {"LEDGERBOARD_DATABASE_URL": "postgresql://u:hunter2@h/d", "LEDGERBOARD_DATABASE_SECRET": "s"},
        ),
        (RedisSettings, {"LEDGERBOARD_REDIS_URL": "redis://:hunter2@h", "LEDGERBOARD_REDIS_SECRET": "s"}),
    ],
)
def test_a_password_in_the_url_beside_a_named_one_is_refused_and_not_told(group: type, environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="take one away") as caught:
        from_env(group, environ)
    assert "hunter2" not in str(caught.value)
    from_env(group, {name: value.replace(":hunter2", "") for name, value in environ.items()})


def test_an_unknown_store_is_refused_and_help_names_those_there_are() -> None:
    with pytest.raises(SettingsError, match="LEDGERBOARD_SECRETS: "):
        from_env(SecretsSettings, {"LEDGERBOARD_SECRETS": "vault"})
    assert "LEDGERBOARD_SECRETS (environment|files|secretsmanager|ssm, default 'environment')" in describe(
        SecretsSettings
    )


def test_no_secret_is_used_for_longer_than_five_minutes() -> None:
    with pytest.raises(SettingsError, match="CACHE_SECONDS"):
        from_env(SecretsSettings, {"LEDGERBOARD_SECRETS_CACHE_SECONDS": "301"})
