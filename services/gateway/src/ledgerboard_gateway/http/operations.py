"""What a route is: its path, its view, and everything that its documentation says.

`Operation` is the one place that knows both, so a route without documentation cannot be registered.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import groupby
from typing import Any, Final

from flask import Response
from marshmallow import Schema

from ledgerboard_gateway.http.headers import (
    CONDITIONAL,
    FROM_BOARDS,
    IF_NONE_MATCH,
    NOT_MODIFIED,
    RATE_LIMIT,
    REPLAYED_ANSWER,
    RETRY_AFTER,
)
from ledgerboard_gateway.http.problems import CONTENT_TYPE, Problem, ProblemError, ProblemType, as_dict

JSON: Final = "application/json"
SMALL_BODY_BYTES: Final = 16 * 1024
"""What a body needs that names one thing. Such a body is read before a thread takes up its request."""

LIST_BODY_BYTES: Final = 32 * 1024
"""What a hundred ids of 64 characters need, or a board with all of its seasons."""

REFERENCE: Final = "#/components/schemas/{name}"

_ALWAYS: Final = (ProblemType.INTERNAL,)
_WITH_BODY: Final = (
    ProblemType.MALFORMED_BODY,
    ProblemType.INVALID_REQUEST,
    ProblemType.LATE_BODY,
    ProblemType.TOO_LARGE,
    ProblemType.UNAVAILABLE,
    ProblemType.UNSUPPORTED_MEDIA_TYPE,
    ProblemType.UNAVAILABLE,
)
_GUARDED: Final = (ProblemType.UNAUTHORIZED, ProblemType.FORBIDDEN)
_KEYED: Final = (
    ProblemType.INVALID_REQUEST,
    ProblemType.KEY_REUSED,
    ProblemType.UNDER_WAY,
    ProblemType.ALREADY_DONE,
    ProblemType.LATE_BODY,
    ProblemType.TOO_LARGE,
    ProblemType.UNAVAILABLE,
)
_LIMITED: Final = (ProblemType.TOO_MANY_REQUESTS,)
_SECURITY: Final[Sequence[Mapping[str, Sequence[str]]]] = [{"key": []}, {"token": []}]
_WITH_NAMES: Final = (ProblemType.INVALID_REQUEST,)


@dataclass(frozen=True, slots=True)
class Body:
    """A request's body: the struct or schema that reads it, an example, and how large it may be.

    ``most_bytes`` is what the operation needs. None: what a deployment allows (`LEDGERBOARD_HTTP_MAX_BODY_BYTES`).
    """

    model: Any
    example: Mapping[str, Any]
    most_bytes: int | None = SMALL_BODY_BYTES


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: the structs it can be, or ``schema`` where it is none, and an example."""

    models: Sequence[type]
    example: Any
    description: str
    content_type: str = JSON
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path."""

    method: str
    rule: str
    view: Callable[..., Response]
    summary: str
    description: str
    answers: Mapping[int, Answer]
    tag: str
    query: type[Schema] | None = None
    body: Body | None = None
    problems: Sequence[ProblemType] = ()
    headers: Sequence[Mapping[str, Any]] = ()
    conditional: bool = False
    """Whether the answer has an entity tag, and 304 tells that it is the one that the client has."""
    is_secret: bool = False
    """Whether the answer tells a secret, which no store may keep: under a key it is told once."""
    from_boards: bool = False
    """Whether the live boards answer, or in their place the ledger."""

    @property
    def path_parameters(self) -> Sequence[str]:
        """The names of the parameters in its path, in their order."""
        return re.findall(r"<(\w+)>", self.rule)

    @property
    def parameters(self) -> Sequence[Mapping[str, Any]]:
        """The headers that a client may send."""
        return [*self.headers, IF_NONE_MATCH] if self.conditional else self.headers

    def most_body_bytes(self, allowed_bytes: int) -> int:
        """How large a body may be where a deployment allows ``allowed_bytes``."""
        most_bytes = self.body.most_bytes if self.body else SMALL_BODY_BYTES
        return allowed_bytes if most_bytes is None else min(most_bytes, allowed_bytes)

    @property
    def parsed_body(self) -> type[Schema] | None:
        """The marshmallow schema of the body, where it has one; the view gets what it read."""
        model = self.body.model if self.body else None
        return model if isinstance(model, type) and issubclass(model, Schema) else None

    def documentation(self, *, guarded: bool, keyed: bool, limited: bool, counted: bool) -> dict[str, Any]:
        """The OpenAPI operation object, but for its parameters.

        ``guarded``: it needs a credential; ``keyed``: it takes an ``Idempotency-Key``; ``limited``: it may be too much;
        ``counted``: each answer tells how much is left.
        """
        document: dict[str, Any] = {
            "operationId": self.view.__name__,
            "summary": self.summary,
            "description": self.description,
            "responses": self._responses(guarded=guarded, keyed=keyed, limited=limited, counted=counted),
        }
        if guarded:
            document["security"] = _SECURITY
        if self.body is not None:
            described: dict[str, Any] = {"description": _size(self.body)}
            if not self.parsed_body:
                reference = {"$ref": REFERENCE.format(name=self.body.model.__name__)}
                content = {JSON: {"schema": reference, "example": self.body.example}}
                described |= {"required": True, "content": content}
            document["requestBody"] = described
        return document

    def _responses(self, *, guarded: bool, keyed: bool, limited: bool, counted: bool) -> dict[int, Any]:
        responses: dict[int, Any] = {status: _success(answer) for status, answer in self.answers.items()}
        problems = self._all_problems(guarded=guarded, keyed=keyed) | (set(_LIMITED) if limited else set())
        for status, kinds in groupby(sorted(problems, key=_place), _status):
            responses[status] = _failure(status, list(kinds))
        if self.conditional:
            responses[304] = NOT_MODIFIED
        for status in self.answers:
            headers = (CONDITIONAL if self.conditional else {}) | (FROM_BOARDS if self.from_boards else {})
            if headers := headers | (REPLAYED_ANSWER if keyed else {}) | (RATE_LIMIT if counted else {}):
                responses[status]["headers"] = headers
        return responses

    def _all_problems(self, *, guarded: bool, keyed: bool) -> set[ProblemType]:
        checks_names = "<" in self.rule or self.query is not None
        return {
            *self.problems,
            *_ALWAYS,
            *(_WITH_BODY if self.body else ()),
            *(_GUARDED if guarded else ()),
            *(_KEYED if keyed else ()),
            *(_WITH_NAMES if checks_names else ()),
        }


def _size(body: Body) -> str:
    if body.most_bytes is None:
        return "As large as the deployment allows: 1 MiB unless it says otherwise."
    return f"At most {body.most_bytes} bytes."


def _status(kind: ProblemType) -> int:
    return kind.status


def _place(kind: ProblemType) -> tuple[int, str]:
    """Every process writes the same document."""
    return kind.status, kind.slug


def _success(answer: Answer) -> dict[str, Any]:
    references = [{"$ref": REFERENCE.format(name=model.__name__)} for model in answer.models]
    schema = answer.schema if not references else references[0] if len(references) == 1 else {"oneOf": references}
    return {
        "description": answer.description,
        "content": {answer.content_type: {"schema": schema, "example": answer.example}},
    }


def _failure(status: int, kinds: Sequence[ProblemType]) -> dict[str, Any]:
    examples = {
        kind.slug: {"summary": kind.title, "value": as_dict(ProblemError(kind, kind.meaning))} for kind in kinds
    }
    schema = {"$ref": REFERENCE.format(name=Problem.__name__)}
    described = {
        "description": " / ".join(kind.title for kind in kinds) or HTTPStatus(status).phrase,
        "content": {CONTENT_TYPE: {"schema": schema, "examples": examples}},
    }
    if status in {ProblemType.UNAVAILABLE.status, ProblemType.TOO_MANY_REQUESTS.status}:
        described["headers"] = RETRY_AFTER | (RATE_LIMIT if status != ProblemType.UNAVAILABLE.status else {})
    return described
