"""Hooks: who is told when a period closes. A hook names its secret; the secret itself is never here."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Engine, delete, func, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from ledgerboard_infra.outbound import is_private_literal
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.closing_tables import hooks

EVENTS: Final = ("season.closed", "month.closed", "week.closed", "day.closed")
MAX_URL: Final = 500
HOOK_NAME_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,63}$(?!\n)"
"""Of a hook and of its secret: fit for a path, a file and, with ``_`` for ``-``, a variable."""

_NAME: Final = re.compile(HOOK_NAME_PATTERN)


class InvalidHookError(ValueError):
    """A hook breaks a rule. The message is fit for the operator; ``field`` names what is at fault."""

    def __init__(self, message: str, field: str = "url") -> None:
        super().__init__(message)
        self.field = field


def check_hook_url(url: str, *, allow_http: bool, allow_private: bool) -> str:
    """Return ``url`` or raise `InvalidHookError`: https, a public host, no user, no fragment, printable ASCII.

    Plain http would let whoever listens read the standings, and reaches what only listens inside a network, such as the
    metadata of a machine. What a name stands for is looked at when a hook is told, which is when it matters.
    """
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise InvalidHookError(f"a hook's URL is at most {MAX_URL} printable ASCII characters without spaces")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidHookError(f"a hook's URL cannot be read: {error}") from error
    if parts.scheme not in ({"https", "http"} if allow_http else {"https"}):
        raise InvalidHookError("a hook's URL begins with https://")
    if not parts.hostname or port == 0 or parts.username is not None or parts.password is not None or parts.fragment:
        raise InvalidHookError("a hook's URL names a host, and neither a user nor a fragment")
    if not allow_private and is_private_literal(parts.hostname):
        raise InvalidHookError("a hook's URL must not lead into a private network")
    return url


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where to send which events, such as ``season.closed``, signed by the secret of that name."""

    hook: str
    url: str
    events: tuple[str, ...]
    secret: str


def check_hook(hook: Hook, *, allow_http: bool, allow_private: bool) -> Hook:
    """Return ``hook`` or raise `InvalidHookError`."""
    for field in ("hook", "secret"):
        if not _NAME.match(getattr(hook, field)):
            raise InvalidHookError("a name is 1 to 64 of a-z, 0-9 and '-', not beginning with '-'", field)
    check_hook_url(hook.url, allow_http=allow_http, allow_private=allow_private)
    return hook


class PostgresHooks:
    """The record of hooks. Every method raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, hook: Hook) -> bool:
        """Keep ``hook`` in the place of the one of its name. Returns whether there was none."""
        values = asdict(hook) | {"events": list(hook.events)}
        new = insert(hooks).values(values).on_conflict_do_update(index_elements=["hook"], set_=values)
        with postgres_errors(), self._engine.begin() as connection:
            return bool(connection.execute(new.returning(literal_column("xmax = 0"))).scalar_one())

    def get(self, name: str) -> Hook | None:
        """The hook of that name, or None."""
        return next(iter(self._read(name)), None)

    def list(self) -> Sequence[Hook]:
        """All of them by name. They are few."""
        return self._read(None)

    def delete(self, name: str) -> bool:
        """Forget a hook and what it was to be told. Returns whether there was one."""
        with postgres_errors(), self._engine.begin() as connection:
            return connection.execute(delete(hooks).where(hooks.c.hook == name)).rowcount > 0

    def count(self) -> int:
        """How many there are."""
        with postgres_errors(), self._engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(hooks)).scalar_one()

    def _read(self, name: str | None) -> Sequence[Hook]:
        wanted = select(hooks).order_by(hooks.c.hook)
        if name is not None:
            wanted = wanted.where(hooks.c.hook == name)
        with postgres_errors(), self._engine.connect() as connection:
            return [
                Hook(hook=row.hook, url=row.url, events=tuple(row.events), secret=row.secret)
                for row in connection.execute(wanted)
            ]
