"""What a server is shown at connecting, taken from the secret at that moment.

A secret is a password, or a JSON object with a ``password`` and perhaps a ``username``, as Amazon RDS writes it. So a
rotation that changes the user too needs nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ledgerboard_infra.secrets.keeping import Secrets
from ledgerboard_infra.secrets.secret import json_object


@dataclass(frozen=True, slots=True)
class Credential:
    """A password, and the user that it belongs to where the secret names one."""

    username: str | None
    password: str = field(repr=False)


class Credentials:
    """The credential that is named ``name``, now and at every later connecting."""

    def __init__(self, secrets: Secrets, name: str) -> None:
        self._secrets = secrets
        self._name = name

    def attempts(self) -> Iterator[Credential]:
        """What to show, one after another. Ask for the next only when the server refused the last.

        The current one as it is known; then, fetched anew, the current and the previous one.
        """
        known = self._secrets.get(self._name)
        yield _credential(known.current)
        for value in self._secrets.renewed(self._name, known).values:
            if value != known.current:
                yield _credential(value)


def _credential(value: str) -> Credential:
    fields = json_object(value)
    if isinstance(password := fields.get("password"), str):
        username = fields.get("username")
        return Credential(username if isinstance(username, str) else None, password)
    return Credential(None, value)
