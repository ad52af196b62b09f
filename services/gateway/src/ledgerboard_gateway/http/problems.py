"""Every way in which a request can fail, as RFC 9457 problem documents.

A problem's ``type`` is a path that this service answers with the words of `ProblemType`, so what a client meets in
production and what it reads about is one table.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from flask import Response

from ledgerboard_gateway.http.problem_types import ProblemType

CONTENT_TYPE: Final = "application/problem+json"
RETRY_AFTER_SECONDS: Final = 2

__all__ = [
    "CONTENT_TYPE",
    "FieldError",
    "Problem",
    "ProblemError",
    "ProblemType",
    "as_dict",
    "invalid",
    "respond",
    "respond_otherwise",
]


class FieldError(msgspec.Struct, frozen=True):
    """One field and the rule that it breaks. ``field`` is ``body`` where the whole body is at fault."""

    field: str
    message: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()
    event_ids: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET


class ProblemError(Exception):
    """Ends a request with a problem document."""

    def __init__(
        self,
        kind: ProblemType,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        event_ids: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.errors = tuple(errors)
        self.document = Problem(
            type=kind.uri,
            title=kind.title,
            status=kind.status,
            detail=detail,
            errors=self.errors,
            event_ids=tuple(event_ids) or msgspec.UNSET,
        )
        self.headers = dict(headers or {})
        if kind.status == ProblemType.UNAVAILABLE.status:
            self.headers.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))


def invalid(field: str, message: str) -> ProblemError:
    """The problem of one field that breaks a rule."""
    return ProblemError(ProblemType.INVALID_REQUEST, f"{field}: {message}", errors=[FieldError(field, message)])


def respond(problem: ProblemError) -> Response:
    """The answer that carries a problem."""
    body = msgspec.json.encode(problem.document)
    return Response(body, problem.kind.status, headers=problem.headers, content_type=CONTENT_TYPE)


def respond_otherwise(status: int, title: str, detail: str, headers: Mapping[str, str]) -> Response:
    """The answer to what has no type of its own: RFC 9457's ``about:blank``, whose title is the status's name."""
    document = Problem(type="about:blank", title=title, status=status, detail=detail)
    return Response(msgspec.json.encode(document), status, headers=dict(headers), content_type=CONTENT_TYPE)


def as_dict(problem: ProblemError) -> dict[str, Any]:
    """The document as plain data, for examples."""
    document: dict[str, Any] = msgspec.to_builtins(problem.document)
    return document
