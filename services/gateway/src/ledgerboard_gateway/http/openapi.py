"""Write the OpenAPI 3.1 document of operations.

flask-smorest documents queries and parsed bodies from the marshmallow schemas that parse them, in an application of its
own that answers nobody. The schemas of all other bodies come from the structs that decode them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, Final

import msgspec
from flask import Flask, Response
from flask_smorest import Api, Blueprint  # type: ignore[import-untyped]  # It ships no types.

from ledgerboard_gateway.http.access import Access, access_of, is_counted, is_keyed, is_limited
from ledgerboard_gateway.http.headers import IDEMPOTENCY_KEY
from ledgerboard_gateway.http.operations import REFERENCE, Operation
from ledgerboard_gateway.http.path_parameters import PATH_PARAMETERS
from ledgerboard_gateway.http.problems import Problem

_VERSION: Final = "1"
_SECURITY_SCHEMES: Final = {
    "key": {"type": "http", "scheme": "bearer", "description": "A server key, or the root key."},
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A token of the OIDC issuer."},
}


class _Api(Api):  # type: ignore[misc]  # Its base is untyped.
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_responses(self) -> None:
        """Errors are not documented in the form of flask-smorest's."""

    def _register_pagination_header(self) -> None:
        """Pages lead on by their own ``next``."""


def openapi(operations: Sequence[Operation], tags: Mapping[str, str], asks: Callable[[Access], bool]) -> bytes:
    """The document, as JSON. ``asks`` tells whether an access needs a credential."""
    app = Flask(__name__, static_folder=None)
    app.config.update(API_TITLE="Ledgerboard", API_VERSION=_VERSION, OPENAPI_VERSION="3.1.0")
    api = _Api(app)
    for name, scheme in _SECURITY_SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    for name, schema in _components(operations).items():
        api.spec.components.schema(name, schema)
    for tag, description in tags.items():
        blueprint = Blueprint(tag, __name__, description=description)
        for operation in operations:
            if operation.tag == tag:
                _add(blueprint, operation, asks)
        api.register_blueprint(blueprint)
    return msgspec.json.encode(api.spec.to_dict())


def _add(blueprint: Blueprint, operation: Operation, asks: Callable[[Access], bool]) -> None:
    method, access = operation.method, access_of(operation.method, operation.rule)
    keyed = is_keyed(method, access)
    view = _bare(operation.view)
    if operation.query is not None:
        view = blueprint.arguments(operation.query, location="query")(view)
    if operation.body is not None and (schema := operation.parsed_body):
        view = blueprint.arguments(schema, location="json", example=dict(operation.body.example))(view)
    documentation: dict[str, Any] = vars(view).get("_apidoc", {})
    headers = [*operation.parameters, IDEMPOTENCY_KEY] if keyed else operation.parameters
    arguments = documentation.setdefault("arguments", {})
    arguments.pop("responses", None)  # Replaced by our problems.
    # Those of the path would be of every method that it has.
    arguments["parameters"] = [*arguments.get("parameters", ()), *map(dict, headers)]
    manual = operation.documentation(
        guarded=asks(access), keyed=keyed, limited=is_limited(method, access), counted=is_counted(access)
    )
    vars(view)["_apidoc"] = documentation | {"manual_doc": manual}
    blueprint.add_url_rule(
        operation.rule,
        operation.view.__name__,
        view,
        parameters=[PATH_PARAMETERS[name] for name in operation.path_parameters],
        methods=[method],
    )


def _bare(view: Callable[..., Response]) -> Callable[..., Response]:
    """A function for flask-smorest to write on: a method takes no attributes."""

    @wraps(view)
    def bare(*args: Any, **kwargs: Any) -> Response:
        return view(*args, **kwargs)

    return bare


def _components(operations: Iterable[Operation]) -> dict[str, Any]:
    """The JSON Schemas of every struct that an operation reads or answers."""
    bodies = [each.body.model for each in operations if each.body and not each.parsed_body]
    answers = [model for each in operations for answer in each.answers.values() for model in answer.models]
    _, components = msgspec.json.schema_components([*bodies, *answers, Problem], ref_template=REFERENCE)
    return components
