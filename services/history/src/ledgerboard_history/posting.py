"""Post to a hook over HTTP: within its time, to the address that was given and to no other.

No redirect is followed and no answer is read beyond its status, so a hook can neither lead a request elsewhere nor feed
this service without end. Whether a name may lead into a private network is the pool's to say.
"""

from collections.abc import Mapping

import urllib3
from urllib3.exceptions import HTTPError

from ledgerboard_ledger import InvalidHookError, check_hook_url

_SUCCESS = range(200, 300)


class UndeliveredError(Exception):
    """The hook did not take it. The message says why, without the body and without any secret."""


class HttpPosts:
    """Posts through one pool of connections. Thread-safe."""

    def __init__(self, pool: urllib3.PoolManager, *, timeout_seconds: float, allow_http: bool) -> None:
        self._pool = pool
        self._timeout = urllib3.Timeout(total=timeout_seconds)
        self._allow_http = allow_http

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status, if it is one of success. Raises `UndeliveredError` for everything else."""
        try:
            check_hook_url(url, allow_http=self._allow_http, allow_private=True)
            answer = self._pool.request(
                "POST", url, body=body, headers=dict(headers), timeout=self._timeout, retries=False, redirect=False,
                preload_content=False,
            )  # fmt: skip
        except InvalidHookError as error:
            raise UndeliveredError(str(error)) from error
        except HTTPError as error:
            raise UndeliveredError(f"{type(error).__name__}: no answer") from error
        answer.close()
        if answer.status not in _SUCCESS:
            raise UndeliveredError(f"answered {answer.status}")
        return answer.status
