"""Keep fetched secrets for minutes, so that using one costs nothing and a rotated one is taken up by itself.

Once known, a secret stays usable: while the store is down, or lost it, the last known value is used. Only a secret
that was never fetched can be unavailable.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import Final, Protocol

from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.secrets.secret import Secret

KEPT: Final = timedelta(seconds=300)
RENEWAL_PAUSE: Final = timedelta(seconds=3)
"""Least time between two fetches out of turn: whoever shows wrong keys cannot make us besiege the store."""

_STAGE: Final = "{stage}"

_log = get_logger(__name__)


class SecretStore(Protocol):
    """Where secrets are. Raises `UnavailableError`, `MissingSecretError`."""

    def fetch(self, name: str) -> Secret:
        """What ``name`` stands for now."""
        ...


class Secrets:
    """Secrets by name. ``{stage}`` in a name is the stage of secrets; ``name#field`` is a field of a JSON object.

    May be shared by threads: of those that want the same secret, one fetches it.
    """

    def __init__(self, store: SecretStore, clock: Clock, *, stage: str = "", kept: timedelta = KEPT) -> None:
        self._store = store
        self._clock = clock
        self._stage = stage
        self._kept = kept
        self._known: dict[str, _Kept] = {}
        self._lock = Lock()

    def get(self, name: str) -> Secret:
        """The secret, at most as old as it may be kept. Raises `UnavailableError` or `MisconfiguredError`."""
        full, field = self._parts(name)
        return _chosen(self._of(full).get(), full, field)

    def renewed(self, name: str, refused: Secret) -> Secret:
        """The secret after a server refused what was got before: fetched at once, unless that was just done."""
        full, field = self._parts(name)
        return _chosen(self._of(full).renewed(lambda known: _chosen(known, full, field) != refused), full, field)

    def _parts(self, name: str) -> tuple[str, str]:
        full, _, field = name.replace(_STAGE, self._stage).partition("#")
        return full, field

    def _of(self, full: str) -> "_Kept":
        with self._lock:
            if full not in self._known:
                self._known[full] = _Kept(full, partial(self._store.fetch, full), self._clock, self._kept)
            return self._known[full]


class _Kept:
    """One secret. Whoever finds it stale refreshes it, and nobody waits for that but him."""

    def __init__(self, name: str, fetch: Callable[[], Secret], clock: Clock, kept: timedelta) -> None:
        self._name = name
        self._fetch = fetch
        self._clock = clock
        self._kept = kept
        self._flight = Lock()
        self._known: Secret | None = None
        self._fetched_at = self._due_at = clock.now()
        self._renewed_at: datetime | None = None

    def get(self) -> Secret:
        known = self._known
        if known is None:
            with self._flight:
                return self._known or self._refreshed()
        if self._is_due() and self._flight.acquire(blocking=False):
            try:
                return self._refreshed() if self._is_due() else self._known or known
            finally:
                self._flight.release()
        return known

    def renewed(self, is_news: Callable[[Secret], bool]) -> Secret:
        with self._flight:
            known = self._known
            if known is not None and (is_news(known) or self._was_just_renewed()):
                return known
            try:
                return self._refreshed()
            finally:  # Counted from the end: whoever waited for a slow fetch shall not begin the next.
                self._renewed_at = self._clock.now()

    def _refreshed(self) -> Secret:
        kept = RENEWAL_PAUSE
        try:
            self._known = self._fetch()
            kept = self._kept
        except (UnavailableError, MisconfiguredError) as error:
            if self._known is None:
                raise
            _log.warning("secret not refreshed, its last known value stays in use", name=self._name, error=str(error))
        self._fetched_at = self._clock.now()
        self._due_at = self._fetched_at + kept
        return self._known

    def _is_due(self) -> bool:
        """Also where the clock was set back: an age below zero says nothing."""
        return not self._fetched_at <= self._clock.now() < self._due_at

    def _was_just_renewed(self) -> bool:
        renewed_at = self._renewed_at
        return renewed_at is not None and renewed_at <= self._clock.now() < renewed_at + RENEWAL_PAUSE


def _chosen(secret: Secret, name: str, field: str) -> Secret:
    return secret.chosen(name, field) if field else secret
