"""Bind operations to Flask: each view behind its guard, its ``Idempotency-Key`` and whatever parses for it.

Queries and definition bodies are parsed by webargs and marshmallow. Hot bodies are decoded by msgspec in their views.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from types import MappingProxyType
from typing import Any, Final, NoReturn

import msgspec
from flask import Flask, Request, Response, request
from marshmallow import Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser

from ledgerboard_gateway.http.access import AUDITED_AFTERWARDS, access_of, is_audited, is_keyed
from ledgerboard_gateway.http.auditing import Auditing
from ledgerboard_gateway.http.auth import Guard
from ledgerboard_gateway.http.idempotency import Keys
from ledgerboard_gateway.http.operations import Operation
from ledgerboard_gateway.http.path_checks import PathCheck, checks_of
from ledgerboard_gateway.http.problems import FieldError, ProblemError, ProblemType, invalid
from ledgerboard_gateway.http.query import field_messages
from ledgerboard_gateway.http.query_fields import MAX_PARAMETERS, is_printable
from ledgerboard_gateway.http.requests import QUERY, json_body
from ledgerboard_gateway.http.second_look import decoded
from ledgerboard_gateway.recently_used import RecentlyUsed

_ANYTHING: Final = msgspec.json.Decoder()
_KNOWN_QUERIES: Final = 512
_KNOWN_QUERY_BYTES: Final = 128


class _Parser(FlaskParser):
    """webargs, with its errors as problems that name the field. A schema itself says what it does with the unknown."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {"query": None, "json": None}  # noqa: RUF012 -- as the base has it.

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002 -- the base class's signature.
        return decoded(_ANYTHING, json_body())

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """One check for the texts of every parameter. What each must be besides, its field says.

        A parameter that is given twice is refused: a proxy may have judged the other value.
        """
        single = {field.data_key or name for name, field in schema.fields.items() if not isinstance(field, fields.List)}
        if (count := sum(len(values) for _, values in req.args.lists())) > MAX_PARAMETERS:
            raise invalid("query", f"has {count} parameters, more than {MAX_PARAMETERS}")
        for name, values in req.args.lists():
            if len(values) > 1 and name in single:
                raise invalid(name, "is given more than once")
            if not all(map(is_printable, values)):
                raise invalid(name, "must not contain control characters")
        return super().load_querystring(req, schema)

    def handle_error(self, error: ValidationError, *_args: Any, **_kwargs: Any) -> NoReturn:
        errors = [FieldError(*pair) for pair in field_messages(error)]
        detail = "; ".join(f"{each.field}: {each.message}" for each in errors)
        raise ProblemError(ProblemType.INVALID_REQUEST, detail, errors=errors) from error


_PARSER: Final = _Parser()


def bind(
    app: Flask, operations: Sequence[Operation], guard: Guard, keys: Keys, auditing: Auditing, most_body_bytes: int
) -> None:
    """Register ``operations``. Writes take an ``Idempotency-Key``, and all but scores are told of in the audit.

    No body is larger than ``most_body_bytes``.

    Raises `UnlistedOperationError` for an operation of which nobody has said who may call it.
    """
    for operation in operations:
        app.add_url_rule(
            operation.rule,
            operation.view.__name__,
            _bound(operation, guard, keys, auditing, most_body_bytes),
            methods=[operation.method],
        )


def _bound(
    operation: Operation, guard: Guard, keys: Keys, auditing: Auditing, most_body_bytes: int
) -> Callable[..., Response]:
    """The view of an operation with everything that stands around it. The guard is outermost."""
    view, checks = operation.view, checks_of(operation.path_parameters)
    if operation.query is not None:
        view = _with_query(view, operation.query)
    if schema := operation.parsed_body:
        view = _PARSER.use_args(schema(), location="json")(view)
    name, access = f"{operation.method} {operation.rule}", access_of(operation.method, operation.rule)
    if is_audited(operation.method, access):
        view = auditing.around(view, name)
    elif name in AUDITED_AFTERWARDS:
        view = auditing.after(view, name)
    if is_keyed(operation.method, access):
        view = keys.around(view, is_secret=operation.is_secret)
    guarded = guard.check(operation.method, operation.rule)
    return _guarded(view, guarded, checks, operation.most_body_bytes(most_body_bytes))


def _guarded(
    view: Callable[..., Response],
    check: Callable[[], None],
    checks: Sequence[tuple[str, PathCheck]],
    most_body_bytes: int,
) -> Callable[..., Response]:
    """Nothing of a request is looked at before its caller is, and then the parameters of its path, each by its kind."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Response:
        request.max_content_length = most_body_bytes
        check()
        for name, sound in checks:
            sound(kwargs[name], name)
        return view(*args, **kwargs)

    return guarded


def _with_query(view: Callable[..., Response], schema: type[Schema]) -> Callable[..., Response]:
    """Parse each query string once: equal strings read equally, and parsing costs as much as the rest of a read."""
    known: RecentlyUsed[bytes, Mapping[str, Any]] = RecentlyUsed(_KNOWN_QUERIES)

    @wraps(view)
    def parsed(*args: Any, **kwargs: Any) -> Response:
        text = request.query_string
        query = known.get(text)
        if query is None:
            query = MappingProxyType(_PARSER.parse(schema, request, location="query"))
            if len(text) <= _KNOWN_QUERY_BYTES:
                known.put(text, query)
        request.environ[QUERY] = query
        return view(query, *args, **kwargs)

    return parsed
