"""What the settings of identity say together, and what follows from a user pool."""

from typing import Any

import pytest

from ledgerboard_gateway.__main__ import main
from ledgerboard_gateway.authentication import NoTokens
from ledgerboard_gateway.identity import identity
from ledgerboard_gateway.identity_settings import ProvisionSettings
from ledgerboard_gateway.settings import GatewaySettings
from ledgerboard_infra.cognito import Pool
from ledgerboard_infra.errors import MisconfiguredError
from ledgerboard_infra.settings import SettingsError, from_env
from ledgerboard_testkit.memory import FixedClock, MemoryLedger
from tests.unit.gateway.test_cli import SOUND

POOL_ID, CLIENT_ID = "eu-west-1_AbC", "client"
POOL = {"LEDGERBOARD_COGNITO_POOL_ID": POOL_ID, "LEDGERBOARD_COGNITO_CLIENT_ID": CLIENT_ID}
ISSUER = {
    "LEDGERBOARD_OIDC_ISSUER": "https://issuer.test",
    "LEDGERBOARD_OIDC_AUDIENCE": "games",
    "LEDGERBOARD_OIDC_JWKS_URL": "https://issuer.test/jwks",
}


def settings(**environ: str) -> GatewaySettings:
    return from_env(GatewaySettings, SOUND | environ)


def never() -> Any:
    raise AssertionError("nobody is asked")


def test_without_settings_no_token_is_good_and_nobody_registers() -> None:
    made = identity(settings(), never, MemoryLedger(), FixedClock())
    assert isinstance(made.tokens, NoTokens)
    assert made.accounts is None


def test_an_issuer_alone_makes_tokens_good_and_nobody_registers() -> None:
    made = identity(settings(**ISSUER), never, MemoryLedger(), FixedClock())
    assert not isinstance(made.tokens, NoTokens)
    assert made.accounts is None


def test_of_a_pool_whose_ids_are_known_nobody_is_asked() -> None:
    made = identity(settings(**POOL), lambda: None, MemoryLedger(), FixedClock())
    assert not isinstance(made.tokens, NoTokens)
    assert made.accounts is not None


def test_issuer_and_keys_follow_from_the_pool_and_its_region() -> None:
    pool = Pool(POOL_ID, CLIENT_ID)
    assert pool.issuer == f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL_ID}"
    assert pool.jwks_url("") == f"{pool.issuer}/.well-known/jwks.json"
    assert pool.jwks_url("http://127.0.0.1:4566/") == f"http://127.0.0.1:4566/{POOL_ID}/.well-known/jwks.json"


@pytest.mark.parametrize("missing", list(ISSUER))
def test_an_issuer_is_set_whole_or_not_at_all(missing: str) -> None:
    with pytest.raises(SettingsError, match="set all or none"):
        settings(**{name: value for name, value in ISSUER.items() if name != missing})


@pytest.mark.parametrize("changed", [{"JWKS_URL": "http://issuer.test/jwks"}, {"ALGORITHMS": "RS256,HS256"}])
def test_what_would_let_anybody_in_does_not_start(changed: dict[str, str]) -> None:
    environ = ISSUER | {f"LEDGERBOARD_OIDC_{name}": value for name, value in changed.items()}
    with pytest.raises(MisconfiguredError):
        identity(settings(**environ), never, MemoryLedger(), FixedClock())


def test_provisioning_needs_a_pool_and_nothing_of_the_rest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LEDGERBOARD_COGNITO_POOL_NAME", raising=False)
    assert main(["provision-identity"]) == 2
    assert "LEDGERBOARD_COGNITO_POOL_NAME" in capsys.readouterr().err
    assert from_env(ProvisionSettings, {"LEDGERBOARD_COGNITO_POOL_NAME": "games"}).cognito.pool_name == "games"
