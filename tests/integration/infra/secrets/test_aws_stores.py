"""Secrets Manager and SSM as AWS documents them, in MiniStack."""

from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.secrets import MissingSecretError, Secret
from ledgerboard_infra.secrets.aws import ParameterStore, SecretsManagerStore, aws_client
from ledgerboard_infra.secrets.local import EnvironmentStore, FileStore
from tests.integration.infra.secrets.stores import Vault


@pytest.fixture
def vault(sqs_endpoint: str) -> Vault:
    return Vault(sqs_endpoint)


def test_a_rotated_secret_has_its_current_and_its_previous_value(vault: Vault) -> None:
    store = SecretsManagerStore(vault.client)
    first, second = vault.rotate(), vault.rotate()
    assert store.fetch(vault.name) == Secret(second, first)
    vault.drop_previous()
    assert store.fetch(vault.name) == Secret(second)


def test_a_secret_is_found_by_its_arn(vault: Vault) -> None:
    value, arn = vault.rotate(), vault.client.describe_secret(SecretId=vault.name)["ARN"]
    assert SecretsManagerStore(vault.client).fetch(arn).current == value


def test_a_secret_that_is_not_there_is_missing_and_a_binary_one_is_no_text(vault: Vault) -> None:
    store = SecretsManagerStore(vault.client)
    with pytest.raises(MissingSecretError, match="there is no secret nothing"):
        store.fetch("nothing")
    vault.client.put_secret_value(SecretId=vault.name, SecretBinary=b"hunter2")
    with pytest.raises(MisconfiguredError, match="binary"):
        store.fetch(vault.name)


@pytest.mark.parametrize(("service", "store"), [("secretsmanager", SecretsManagerStore), ("ssm", ParameterStore)])
def test_a_store_that_does_not_answer_is_unavailable(
    service: str, store: type[SecretsManagerStore] | type[ParameterStore]
) -> None:
    with pytest.raises(UnavailableError, match="the secret any"):
        store(aws_client(service, "us-east-1", "http://127.0.0.1:1")).fetch("any")


def test_a_parameter_has_its_newest_value_and_the_one_that_is_labelled_previous(sqs_endpoint: str) -> None:
    client, name = aws_client("ssm", "us-east-1", sqs_endpoint), f"/test/{uuid4().hex}"
    store = ParameterStore(client)
    with pytest.raises(MissingSecretError):
        store.fetch(name)
    client.put_parameter(Name=name, Value="first", Type="SecureString")
    assert store.fetch(name) == Secret("first")
    client.put_parameter(Name=name, Value="second", Type="SecureString", Overwrite=True)
    assert store.fetch(name) == Secret("second")
    client.label_parameter_version(Name=name, ParameterVersion=1, Labels=["previous"])
    assert store.fetch(name) == Secret("second", "first")


def test_a_file_is_read_at_each_fetch_and_nothing_beyond_its_directory(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("hunter2")
    home = tmp_path / "secrets"
    home.mkdir()
    store = FileStore(home)
    with pytest.raises(MissingSecretError):
        store.fetch("key")
    (home / "key").write_text("first\n")
    assert store.fetch("key") == Secret("first")
    (home / "key.previous").write_text("first\n")
    (home / "key").write_text("second\n")
    assert store.fetch("key") == Secret("second", "first")
    for name in ("../outside", str(tmp_path / "outside")):
        with pytest.raises(MisconfiguredError, match="outside"):
            store.fetch(name)


@pytest.mark.parametrize(
    ("environ", "secret"),
    [({"KEY": "second"}, Secret("second")), ({"KEY": "second", "KEY_PREVIOUS": "first"}, Secret("second", "first"))],
)
def test_a_variable_is_a_secret_too(environ: Mapping[str, str], secret: Secret) -> None:
    assert EnvironmentStore(environ).fetch("KEY") == secret
    with pytest.raises(MissingSecretError):
        EnvironmentStore({**environ, "KEY": ""}).fetch("KEY")
