"""Tell of every write in the audit: around its view, behind its guard and its key.

What an operation answers is how the thing is afterwards. How it was before, a view says by `note_before`. Neither holds
a secret, nor a reason in words of its own: those stand where an erasure finds them.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

import msgspec
from flask import Response, request

from ledgerboard_contracts import BoardDefinition
from ledgerboard_gateway.audits import Asked, Audits
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.idempotency import answered, names_in
from ledgerboard_gateway.http.requests import ADDRESS, caller_or_none, request_id
from ledgerboard_gateway.principals import ANONYMOUS

MOST_BYTES: Final = 65_536
"""Of JSON that one side of an entry holds."""

_BEFORE: Final = "ledgerboard.before"
_LEFT_OUT: Final = frozenset({"key", "reason"})
_TOO_LARGE: Final = {"left_out": "too large to be kept"}

View = Callable[..., Response]


def note_before(known: Any) -> None:
    """Say how what the current request changes was before, as its routes would tell it."""
    request.environ[_BEFORE] = known


class Auditing:
    """Wraps the views of writes."""

    def __init__(self, audits: Audits) -> None:
        self._audits = audits

    def around(self, view: View, operation: str) -> View:
        """``view``, told of before it is done, and completed afterwards. What was refused is not told of."""

        @wraps(view)
        def audited(*args: Any, **kwargs: Any) -> Response:
            begun = self._audits.begin(_asked(operation))
            response = answered(lambda: view(*args, **kwargs))
            if 400 <= response.status_code < 500:  # noqa: PLR2004 -- HTTP's classes.
                self._audits.withdraw(begun)
            else:
                after = _told(response)
                before = _kept(_as_json(request.environ.get(_BEFORE)))
                players = names_in(before) | names_in(after)
                self._audits.complete(
                    begun, status=response.status_code, before=_small(before), after=_small(after), players=players
                )
            return response

        return audited

    def after(self, view: View, operation: str) -> View:
        """``view``, told of once it is done."""

        @wraps(view)
        def audited(*args: Any, **kwargs: Any) -> Response:
            response = view(*args, **kwargs)
            after = _told(response)
            self._audits.tell(
                _asked(operation), status=response.status_code, after=_small(after), players=names_in(after)
            )
            return response

        return audited

    def made_board(self, definition: BoardDefinition) -> None:
        """A score of the current request made a board."""
        asked = replace(_asked(f"{request.method} {request.url_rule}"), target={"board": definition.board})
        after = _small(_as_json(rendering.board(definition)))
        self._audits.tell(asked, status=HTTPStatus.ACCEPTED, after=after, players=set())


def _asked(operation: str) -> Asked:
    principal = caller_or_none()
    return Asked(
        principal=ANONYMOUS if principal is None else principal.subject,
        address=request.environ.get(ADDRESS, ""),
        operation=operation,
        target={name: str(text) for name, text in (request.view_args or {}).items()},
        request_id=request_id(),
    )


def _told(response: Response) -> Any:
    body = response.get_data()
    return _kept(msgspec.json.decode(body)) if body and response.is_json else None


def _as_json(known: Any) -> Any:
    """As an answer would tell it: a column of JSON knows no other types."""
    return msgspec.json.decode(msgspec.json.encode(known))


def _kept(told: Any) -> Any:
    """Without what no entry may hold."""
    if isinstance(told, dict):
        return {name: _kept(each) for name, each in told.items() if name not in _LEFT_OUT}
    return [_kept(each) for each in told] if isinstance(told, list) else told


def _small(told: Any) -> Any:
    return told if len(msgspec.json.encode(told)) <= MOST_BYTES else _TOO_LARGE
