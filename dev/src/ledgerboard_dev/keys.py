"""The key with which a stack is operated: an admin key, made by the write key at the first start and kept.

Beside it the write key opens nothing but the keys.
"""

import http.client
from contextlib import closing
from pathlib import Path
from typing import Final

from ledgerboard_dev.private import write_private
from ledgerboard_dev.season.api import Api

_NAME: Final = "local"


class KeyRefusedError(RuntimeError):
    """The gateway did not make an admin key."""


def kept_admin_key(url: str, write_key: str, file: Path) -> str:
    """The key in ``file`` if it still opens, else a new one, which is kept there."""
    if file.exists() and _opens(url, kept := file.read_text()):
        return kept
    status, answer = _ask(url, write_key, "POST", {"name": _NAME, "scopes": ["admin"]})
    if status != http.client.CREATED:
        raise KeyRefusedError(f"the gateway answered {status} to the wish for an admin key")
    key: str = answer["key"]
    write_private(file, key)
    return key


def _opens(url: str, key: str) -> bool:
    return _ask(url, key, "GET", None)[0] == http.client.OK


def _ask(url: str, key: str, method: str, body: object) -> tuple[int, dict[str, str]]:
    with closing(Api(url, key)) as api:
        return api.call(method, "/v1/keys", body)
