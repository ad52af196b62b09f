"""Verify the tokens of one issuer.

A token is accepted for what its issuer signed and for nothing that it says of itself: the algorithms are ours to name,
the keys come from the issuer's address alone, and a claim that we check must be there. Whatever is wrong with a token,
the caller learns only that it is not valid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import jwt

from ledgerboard_infra.errors import MisconfiguredError
from ledgerboard_infra.jwks import SIGNS_WITH

MAX_TOKEN_BYTES: Final = 16 * 1024
_MAX_KEY_ID: Final = 256
_AUDIENCE: Final = "aud"
_ALWAYS: Final = ("exp", "iat", "iss")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """What a token must say. ``audience`` stands in the claim ``audience_claim``, as one of several where it is `aud`.

    ``use`` must be what the claim ``token_use`` says, which tells an id token from an access token; empty: not asked.
    Clocks may differ by ``leeway_seconds``.
    """

    issuer: str
    audience: str
    audience_claim: str = _AUDIENCE
    use: str = "id"
    algorithms: frozenset[str] = frozenset({"RS256"})
    leeway_seconds: float = 30.0

    def __post_init__(self) -> None:
        if not self.issuer or not self.audience or not self.algorithms:
            raise MisconfiguredError("tokens need an issuer, an audience and an algorithm")
        for algorithm in self.algorithms:
            if algorithm not in SIGNS_WITH:
                raise MisconfiguredError(
                    f"{algorithm} does not sign with a key that only the issuer has; these do: {', '.join(SIGNS_WITH)}"
                )


class Keys(Protocol):
    """The issuer's public keys. Raises `UnavailableError` where there are none to be had."""

    def find(self, key_id: str, algorithm: str) -> jwt.PyJWK | None:
        """The key of that id for that algorithm, or None."""
        ...


class TokenVerifier:
    """Tells a token's claims, if it is the issuer's and for us. Thread-safe."""

    def __init__(self, rules: TokenRules, keys: Keys) -> None:
        self._rules = rules
        self._keys = keys
        self._required = [*_ALWAYS, rules.audience_claim]

    def verify(self, token: str) -> Mapping[str, Any] | None:
        """The claims, or None for whatever is not valid here and now. Raises `UnavailableError`."""
        if len(token) > MAX_TOKEN_BYTES or not token.isascii():
            return None
        try:
            key = self._key(token)
            return self._checked(self._decode(token, key)) if key is not None else None
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
            return None

    def _key(self, token: str) -> jwt.PyJWK | None:
        """Nothing is asked of the issuer for a token that could not be valid whatever its keys are."""
        header = jwt.get_unverified_header(token)
        key_id, algorithm = header.get("kid"), header.get("alg")
        if algorithm not in self._rules.algorithms or not isinstance(key_id, str) or len(key_id) > _MAX_KEY_ID:
            return None
        return self._keys.find(key_id, algorithm)

    def _decode(self, token: str, key: jwt.PyJWK) -> dict[str, Any]:
        in_aud = self._rules.audience_claim == _AUDIENCE
        return jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=self._rules.issuer,
            audience=self._rules.audience if in_aud else None,
            leeway=self._rules.leeway_seconds,
            options={"require": self._required, "verify_aud": in_aud, "enforce_minimum_key_length": True},
        )

    def _checked(self, claims: dict[str, Any]) -> dict[str, Any] | None:
        rules = self._rules
        for_us = rules.audience_claim == _AUDIENCE or claims[rules.audience_claim] == rules.audience
        return claims if for_us and (not rules.use or claims.get("token_use") == rules.use) else None
