"""Bind operations to Flask and write their OpenAPI 3.1 document.

flask-smorest parses query and definition bodies by marshmallow and documents them. The two hot bodies are decoded by
msgspec in their views; their schemas come from the same structs that decode them.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from types import MappingProxyType
from typing import Any, Final, NoReturn

import msgspec
from flask import Flask, Request, Response, request
from flask_smorest import Api, Blueprint  # type: ignore[import-untyped]  # It ships no types.
from marshmallow import Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser

from ledgerboard_gateway.http.access import Access, access_of
from ledgerboard_gateway.http.auth import Guard
from ledgerboard_gateway.http.headers import IDEMPOTENCY_KEY
from ledgerboard_gateway.http.idempotency import METHODS, Keys
from ledgerboard_gateway.http.operations import REFERENCE, Operation
from ledgerboard_gateway.http.path_parameters import PATH_PARAMETERS
from ledgerboard_gateway.http.problems import FieldError, Problem, ProblemError, ProblemType, invalid
from ledgerboard_gateway.http.query import field_messages
from ledgerboard_gateway.http.requests import QUERY, json_body
from ledgerboard_gateway.http.second_look import decoded

_VERSION: Final = "1"
_ANYTHING: Final = msgspec.json.Decoder()
_KNOWN_QUERIES: Final = 512
_KNOWN_QUERY_BYTES: Final = 128
_SECURITY_SCHEMES: Final = {
    "key": {"type": "http", "scheme": "bearer", "description": "A server key, or the root key."},
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A token of the OIDC issuer."},
}


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


class _Blueprint(Blueprint):  # type: ignore[misc]  # Its base is untyped.
    ARGUMENTS_PARSER = _PARSER


class _Api(Api):  # type: ignore[misc]  # Its base is untyped.
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Errors are answered as problems, by the application's own handlers."""

    def _register_responses(self) -> None:
        """Nor are they documented in the form of flask-smorest's."""

    def _register_pagination_header(self) -> None:
        """Pages lead on by their own ``next``."""


def bind(app: Flask, operations: Sequence[Operation], tags: Mapping[str, str], guard: Guard, keys: Keys) -> Any:
    """Register ``operations`` and return the OpenAPI document. Writes take an ``Idempotency-Key``.

    Raises `UnlistedOperationError` for an operation of which nobody has said who may call it.
    """
    app.config.update(API_TITLE="Ledgerboard", API_VERSION=_VERSION, OPENAPI_VERSION="3.1.0")
    api = _Api(app)
    for name, scheme in _SECURITY_SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    for name, schema in _components(operations).items():
        api.spec.components.schema(name, schema)
    for tag, description in tags.items():
        blueprint = _Blueprint(tag, __name__, description=description)
        for operation in operations:
            if operation.tag == tag:
                _add(blueprint, operation, guard, keys)
        api.register_blueprint(blueprint)
    return api.spec.to_dict()


def _add(blueprint: _Blueprint, operation: Operation, guard: Guard, keys: Keys) -> None:
    view, access = operation.view, access_of(operation.method, operation.rule)
    is_keyed = operation.method in METHODS and access not in {Access.OPEN, Access.READ}
    documentation: dict[str, Any] = {}
    if operation.query is not None:
        documentation = vars(blueprint.arguments(operation.query, location="query")(view))["_apidoc"]
        view = _with_query(view, operation.query)
    if operation.body is not None and (schema := operation.parsed_body):
        view = blueprint.arguments(schema, location="json", example=dict(operation.body.example))(view)
        documentation = vars(view)["_apidoc"]
    headers = [*operation.parameters, IDEMPOTENCY_KEY] if is_keyed else operation.parameters
    arguments = documentation.setdefault("arguments", {})
    arguments.pop("responses", None)  # Replaced by our problems.
    # Those of the path would be of every method that it has.
    arguments["parameters"] = [*arguments.get("parameters", ()), *map(dict, headers)]
    view = keys.around(view, is_secret=operation.is_secret) if is_keyed else view
    view = _guarded(view, guard.check(operation.method, operation.rule))
    is_limited = access is Access.SUBMIT or (access is Access.OPEN and operation.method in METHODS)
    manual = operation.documentation(guarded=guard.asks(access), keyed=is_keyed, limited=is_limited)
    vars(view)["_apidoc"] = documentation | {"manual_doc": manual}
    blueprint.add_url_rule(
        operation.rule,
        operation.view.__name__,
        view,
        parameters=[PATH_PARAMETERS[name] for name in _names(operation.rule)],
        methods=[operation.method],
    )


def _guarded(view: Callable[..., Response], check: Callable[[], None]) -> Callable[..., Response]:
    """Nothing of a request is looked at before its caller is. A function of its own: a method takes no attributes."""

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


def _names(rule: str) -> list[str]:
    return re.findall(r"<(\w+)>", rule)


def _components(operations: Iterable[Operation]) -> dict[str, Any]:
    """The JSON Schemas of every struct that an operation reads or answers."""
    bodies = [each.body.model for each in operations if each.body and not each.parsed_body]
    answers = [model for each in operations for answer in each.answers.values() for model in answer.models]
    _, components = msgspec.json.schema_components([*bodies, *answers, Problem], ref_template=REFERENCE)
    return components
