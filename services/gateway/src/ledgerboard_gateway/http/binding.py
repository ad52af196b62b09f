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
from ledgerboard_gateway.http.problems import FieldError, ProblemError, ProblemType, invalid
from ledgerboard_gateway.http.query import field_messages
from ledgerboard_gateway.http.requests import QUERY, json_body
from ledgerboard_gateway.http.second_look import decoded

_ANYTHING: Final = msgspec.json.Decoder()
_KNOWN_QUERIES: Final = 512
_KNOWN_QUERY_BYTES: Final = 128


class _Parser(FlaskParser):
    """webargs, with its errors as problems that name the field. A schema itself says what it does with the unknown."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {"query": None, "json": None}  # noqa: RUF012 -- as the base has it.

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002 -- the base class's signature.
        return decoded(_ANYTHING, json_body())

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Of a parameter that is given twice, whoever stands in front may have judged the other one."""
        single = {field.data_key or name for name, field in schema.fields.items() if not isinstance(field, fields.List)}
        for name, values in req.args.lists():
            if len(values) > 1 and name in single:
                raise invalid(name, "is given more than once")
        return super().load_querystring(req, schema)

    def handle_error(self, error: ValidationError, *_args: Any, **_kwargs: Any) -> NoReturn:
        errors = [FieldError(*pair) for pair in field_messages(error)]
        detail = "; ".join(f"{each.field}: {each.message}" for each in errors)
        raise ProblemError(ProblemType.INVALID_REQUEST, detail, errors=errors) from error


_PARSER: Final = _Parser()


def bind(app: Flask, operations: Sequence[Operation], guard: Guard, keys: Keys, auditing: Auditing) -> None:
    """Register ``operations``. Writes take an ``Idempotency-Key``, and all but scores are told of in the audit.

    Raises `UnlistedOperationError` for an operation of which nobody has said who may call it.
    """
    for operation in operations:
        app.add_url_rule(
            operation.rule,
            operation.view.__name__,
            _bound(operation, guard, keys, auditing),
            methods=[operation.method],
        )


def _bound(operation: Operation, guard: Guard, keys: Keys, auditing: Auditing) -> Callable[..., Response]:
    """The view of an operation with everything that stands around it. The guard is outermost."""
    view = operation.view
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
    return _guarded(view, guard.check(operation.method, operation.rule))


def _guarded(view: Callable[..., Response], check: Callable[[], None]) -> Callable[..., Response]:
    """Nothing of a request is looked at before its caller is."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Response:
        check()
        return view(*args, **kwargs)

    return guarded


def _with_query(view: Callable[..., Response], schema: type[Schema]) -> Callable[..., Response]:
    """Parse each query string once: equal strings read equally, and parsing costs as much as the rest of a read."""
    known: dict[bytes, Mapping[str, Any]] = {}

    @wraps(view)
    def parsed(*args: Any, **kwargs: Any) -> Response:
        text = request.query_string
        query = known.get(text)
        if query is None:
            query = MappingProxyType(_PARSER.parse(schema, request, location="query"))
            if len(known) < _KNOWN_QUERIES and len(text) <= _KNOWN_QUERY_BYTES:
                known[text] = query
        request.environ[QUERY] = query
        return view(query, *args, **kwargs)

    return parsed
