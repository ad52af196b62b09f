"""Tell who a token's claims speak of.

Which claim names the player and which lists the groups differs by issuer, and is fixed by the settings: a claim of
another name is never looked at, however inviting.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from ledgerboard_gateway.authentication import Identity


class Verifier(Protocol):
    """Tells good tokens from others."""

    def verify(self, token: str) -> Mapping[str, Any] | None:
        """The claims, or None for whatever is not valid here and now. Raises `UnavailableError`."""
        ...


class ClaimedIdentities:
    """The `Tokens` of an issuer whose claims have these names."""

    def __init__(self, verifier: Verifier, *, username_claim: str, groups_claim: str) -> None:
        self._verifier = verifier
        self._username_claim = username_claim
        self._groups_claim = groups_claim

    def verify(self, token: str) -> Identity | None:
        """Who it is; None for a token that is not valid, or that names nobody."""
        claims = self._verifier.verify(token)
        if claims is None:
            return None
        name = claims.get(self._username_claim)
        issued_at, expires_at = _moment(claims["iat"]), _moment(claims["exp"])
        if not isinstance(name, str) or not name or issued_at is None or expires_at is None:
            return None
        return Identity(name, _groups(claims.get(self._groups_claim)), issued_at, expires_at)


def _groups(claim: object) -> frozenset[str]:
    """A list of names, or one name; of anything else, no group."""
    named = claim if isinstance(claim, list) else [claim]
    return frozenset(each for each in named if isinstance(each, str))


def _moment(seconds: Any) -> datetime | None:
    """The verifier has seen that it is a number; but a calendar ends sooner than numbers do."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
