"""What a server is shown at connecting, taken from the secret at that moment.

A secret is a password, or a JSON object with a ``password`` and perhaps a ``username``, as Amazon RDS writes it. So a
rotation that changes the user too needs nothing else.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ledgerboard_infra.secrets.keeping import RENEWAL_PAUSE, Secrets
from ledgerboard_infra.secrets.secret import json_object


@dataclass(frozen=True, slots=True)
class Credential:
    """A password, and the user that it belongs to where the secret names one."""

    username: str | None
    password: str = field(repr=False)


class Credentials:
    """The credential that is named ``name``, now and at every later connecting."""

    def __init__(self, secrets: Secrets, name: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._secrets = secrets
        self._name = name
        self._pause = pause

    def attempts(self) -> Iterator[Credential]:
        """What to show, one after another. Ask for the next only when the server refused the last.

        The current one as it is known; fetched anew, the current and the previous one; and after a pause both again,
        because who rotates changes the server and the store one after the other, in either order.
        """
        known = self._secrets.get(self._name)
        yield _credential(known.current)
        renewed = self._secrets.renewed(self._name, known)
        yield from (_credential(value) for value in renewed.values if value != known.current)
        self._pause(RENEWAL_PAUSE.total_seconds())
        yield from map(_credential, self._secrets.renewed(self._name, renewed).values)


def credentials(secrets: Secrets, name: str) -> Credentials | None:
    """The credentials of that name; None for an empty one, where a URL brings its own."""
    return Credentials(secrets, name) if name else None


def _credential(value: str) -> Credential:
    fields = json_object(value)
    if isinstance(password := fields.get("password"), str):
        username = fields.get("username")
        return Credential(username if isinstance(username, str) else None, password)
    return Credential(None, value)
