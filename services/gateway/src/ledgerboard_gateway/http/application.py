"""Make the Flask application: routes, error answers, documentation.

Whatever goes wrong is answered as a problem document, also what Flask itself refuses and what nobody foresaw.
"""

from functools import partial
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

from ledgerboard_boards import RankTooDeepError
from ledgerboard_contracts import InvalidPeriodKeyError
from ledgerboard_gateway.body_limits import BodyLimits
from ledgerboard_gateway.buffer import BufferFullError
from ledgerboard_gateway.http.auditing import Auditing
from ledgerboard_gateway.http.auth import Guard
from ledgerboard_gateway.http.binding import bind
from ledgerboard_gateway.http.idempotency import Keys
from ledgerboard_gateway.http.openapi import openapi
from ledgerboard_gateway.http.problems import ProblemError, ProblemType, invalid, respond, respond_otherwise
from ledgerboard_gateway.http.requests import request_id, too_large
from ledgerboard_gateway.http.routes import TAGS, Routes
from ledgerboard_gateway.http.slow_bodies import SlowBodies
from ledgerboard_gateway.views import UnknownBoardError, UnknownViewError
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger

_BY_STATUS: Final = {
    404: ProblemType.NOT_FOUND,
    405: ProblemType.METHOD_NOT_ALLOWED,
    415: ProblemType.UNSUPPORTED_MEDIA_TYPE,
}

_OWN_HEADERS: Final = frozenset({"Content-Type", "Content-Length"})

_log = get_logger(__name__)


def create_app(routes: Routes, guard: Guard, keys: Keys, auditing: Auditing, bodies: BodyLimits) -> Flask:
    """The application. ``routes`` bring their own collaborators, so this opens nothing."""
    app = Flask("ledgerboard_gateway", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = bodies.most_bytes
    SlowBodies(bodies.strangers, bodies.servers).install(app)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    _answer_errors(app)
    operations = routes.all()
    bind(app, operations, guard, keys, auditing, bodies.most_bytes)
    routes.documentation.publish(partial(openapi, operations, TAGS, guard.asks))
    return app


def _answer_errors(app: Flask) -> None:
    app.register_error_handler(ProblemError, respond)
    app.register_error_handler(HTTPException, _answer_refusal)
    app.register_error_handler(BufferFullError, _answer_overload)
    app.register_error_handler(UnavailableError, _answer_outage)
    app.register_error_handler(UnknownBoardError, _answer_unknown_board)
    app.register_error_handler(InvalidPeriodKeyError, _answer_bad_key)
    app.register_error_handler(UnknownViewError, _answer_unknown_view)
    app.register_error_handler(RankTooDeepError, _answer_too_deep)
    app.register_error_handler(Exception, _answer_defect)


def _answer_refusal(error: HTTPException) -> BaseResponse:
    """What Flask refuses by itself, in our form and with its headers, such as ``Allow``."""
    if isinstance(error, RequestRedirect):
        return error.get_response()
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return respond(too_large())
    kind = _BY_STATUS.get(error.code or 0)
    headers = {name: value for name, value in error.get_headers() if name not in _OWN_HEADERS}
    if kind is not None:
        return respond(ProblemError(kind, f"{request.method} {request.path}: {kind.title}.", headers=headers))
    return respond_otherwise(error.code or 500, error.name, error.description or error.name, headers)


def _answer_overload(_error: BufferFullError) -> Response:
    detail = "More submissions wait for the queue than this gateway may hold. Nothing was sent."
    return respond(ProblemError(ProblemType.UNAVAILABLE, detail))


def _answer_outage(error: UnavailableError) -> Response:
    _log.warning("a dependency is unavailable", error=str(error), request_id=request_id())
    return respond(ProblemError(ProblemType.UNAVAILABLE, "A part of the service that this needs does not answer."))


def _answer_unknown_board(error: UnknownBoardError) -> Response:
    return respond(
        ProblemError(ProblemType.UNKNOWN_BOARD, f"Nobody defined the board {error.board} or submitted to it.")
    )


def _answer_bad_key(error: InvalidPeriodKeyError) -> Response:
    return respond(invalid("key", str(error)))


def _answer_unknown_view(error: UnknownViewError) -> Response:
    return respond(ProblemError(ProblemType.UNKNOWN_VIEW, f"{error}."))


def _answer_too_deep(error: RankTooDeepError) -> Response:
    return respond(ProblemError(ProblemType.RANK_TOO_DEEP, f"{error}."))


def _answer_defect(error: Exception) -> Response:
    """The last boundary of a request: the trace goes to the log, and only its id to the client."""
    _log.error("a request failed", request_id=request_id(), exc_info=error)
    return respond(ProblemError(ProblemType.INTERNAL, f"The logs tell more about request {request_id()}."))
