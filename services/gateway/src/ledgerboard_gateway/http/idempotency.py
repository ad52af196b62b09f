"""The ``Idempotency-Key`` of writes: the same request under the same key is done once, and answered alike for a day.

It stands around the view and behind the guard, so it knows whose key it is, and an answer is only had again by the one
who had it. What tells of nothing done - refusals and outages - is not kept: the next try is a try.
"""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, Final, Protocol

import msgspec
from flask import Response, current_app, request

from ledgerboard_gateway.http.problems import FieldError, ProblemError, ProblemType, invalid, respond
from ledgerboard_gateway.http.requests import BODY, caller, whole_body
from ledgerboard_gateway.idempotency import Claim, Idempotency, UnderWayError
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.principals import OF_TOKEN, Principal
from ledgerboard_ledger.idempotency import KeptAnswer, Refusal

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
LONGEST: Final = 255

_CLAIM: Final = "ledgerboard.claim"
_KEPT_HEADERS: Final = ("Content-Type", "Location", "Preference-Applied")
_REJECTED: Final = 422
_NAMES: Final = frozenset({"player", "username", "name", "author", "created_by"})
"""The fields of answers in which a player's name can stand, or ``player:`` and the name."""

_RETRY_LATER: Final = {"Retry-After": "3600"}
_RETRY_SOON: Final = {"Retry-After": "1"}

View = Callable[..., Response]


def current_claim() -> Claim | None:
    """The hold that the current request has on its key, or None where it has no key."""
    claim: Claim | None = request.environ.get(_CLAIM)
    return claim


class Limits(Protocol):
    """How many requests may name themselves: each is a row of the record for a day."""

    def keyed(self, principal: Principal) -> None:
        """Take note of one. Raises the 429 problem where it is one too many for now."""
        ...

    def most_kept(self, principal: Principal) -> int | None:
        """How many are kept of a principal; None: any number."""
        ...


class Keys:
    """Wraps the views of writes."""

    def __init__(self, idempotency: Idempotency, limits: Limits, metrics: GatewayMetrics) -> None:
        self._idempotency = idempotency
        self._limits = limits
        self._metrics = metrics

    def around(self, view: View, *, is_secret: bool) -> View:
        """``view``, done once for each key. The answer of one that tells a secret is not kept."""

        @wraps(view)
        def keyed(*args: Any, **kwargs: Any) -> Response:
            key = request.headers.get(HEADER)
            if key is None:
                return view(*args, **kwargs)
            claim = self._begin(_checked(key))
            if not isinstance(claim, Claim):
                return _replay(claim)
            request.environ[_CLAIM] = claim
            return self._finish(claim, answered(lambda: view(*args, **kwargs)), is_secret=is_secret)

        return keyed

    def _begin(self, key: str) -> Claim | KeptAnswer:
        principal = caller()
        self._limits.keyed(principal)
        body = request.environ[BODY] = whole_body()
        found = self._idempotency.begin(
            principal.subject, key, _fingerprint(body), most=self._limits.most_kept(principal)
        )
        self._metrics.keyed(_outcome(found))
        if found is Refusal.OTHER_REQUEST:
            raise ProblemError(ProblemType.KEY_REUSED, "The key came with another request before.")
        if found is Refusal.UNDER_WAY:
            raise _under_way()
        if found is Refusal.TOO_MANY:
            detail = "As many requests with a key are kept of this caller as may be, each for a day."
            errors = [FieldError(HEADER, "is one too many for now")]
            raise ProblemError(ProblemType.TOO_MANY_REQUESTS, detail, errors=errors, headers=_RETRY_LATER)
        return found

    def _finish(self, claim: Claim, response: Response, *, is_secret: bool) -> Response:
        status = response.status_code
        is_done = (200 <= status < 300 or status == _REJECTED) and not claim.is_doubtful  # noqa: PLR2004 -- HTTP's classes.
        if not is_done:
            claim.give_up(nothing_done=400 <= status < 500)  # noqa: PLR2004 -- likewise.
            return response
        body = response.get_data()
        answer = KeptAnswer(status, None, None) if is_secret else KeptAnswer(status, _kept(response), body.decode())
        stands = claim.keep(answer, [] if is_secret else _players_in(body))
        return response if stands == answer else _replay(stands)


def _checked(key: str) -> str:
    if not (1 <= len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise invalid(HEADER, f"must be 1 to {LONGEST} printable ASCII characters")
    return key


def _fingerprint(body: bytes) -> bytes:
    """Of the whole request, each part by its length, so that nothing of one can pass for another."""
    environ = request.environ
    parts = [environ[name].encode("latin-1") for name in ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING")]
    return sha256(b"".join(b"%d:%b," % (len(part), part) for part in (*parts, body))).digest()


def _outcome(found: Claim | KeptAnswer | Refusal) -> str:
    match found:
        case KeptAnswer():
            return "replayed"
        case Claim(is_taken_over=is_taken_over):
            return "taken over" if is_taken_over else "claimed"
        case _:
            return found.value


def answered(view: Callable[[], Response]) -> Response:
    """What the client gets, also where that is a problem."""
    try:
        return view()
    except UnderWayError:
        return respond(_under_way())
    except Exception as error:  # noqa: BLE001 -- the application's own handlers answer it, and here its status counts.
        return current_app.make_response(current_app.handle_user_exception(error))


def _under_way() -> ProblemError:
    return ProblemError(ProblemType.UNDER_WAY, "The first request is still worked on.", headers=_RETRY_SOON)


def _replay(kept: KeptAnswer) -> Response:
    if kept.body is None:
        raise ProblemError(ProblemType.ALREADY_DONE, f"It was answered with {kept.status} before.")
    response = Response(kept.body, kept.status, headers=dict(kept.headers or {}))
    response.headers[REPLAYED] = "true"
    return response


def _kept(response: Response) -> dict[str, str]:
    return {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}


def _players_in(body: bytes) -> list[str]:
    """Every name that the answer tells, so that an erasure finds it."""
    return sorted(names_in(msgspec.json.decode(body))) if body else []


def names_in(told: Any) -> set[str]:
    """Every name that a JSON value tells."""
    found: set[str] = set()
    waiting: list[Any] = [told]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            named = (text for name, text in each.items() if name in _NAMES and isinstance(text, str))
            found.update(text.removeprefix(OF_TOKEN) for text in named)
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return found
