"""What routes that read standings share: which view is asked for, and how it is told who answered.

An answer out of the ledger is marked, because it shows what is recorded and not what is on its way.
"""

from collections.abc import Mapping
from typing import Any

from flask import Response

from ledgerboard_gateway.fallback import Asked, Found, Source
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.headers import SOURCE
from ledgerboard_gateway.http.requests import board_in_path


def asked_view(query: Mapping[str, Any], board: str) -> Asked:
    """The view that a path and its query name. Raises the 400 problem."""
    return Asked(board_in_path(board), query["wanted"])


def answer_found(found: Found[Any], body: object) -> Response:
    """``body`` as a JSON answer."""
    return _marked(found, rendering.answer(body))


def answer_rendered(found: Found[Any], body: bytes) -> Response:
    """The same of a body that is JSON already."""
    return _marked(found, Response(body, content_type="application/json"))


def source_headers(found: Found[Any]) -> dict[str, str]:
    """The headers that tell who answered: none where the boards did."""
    return {SOURCE: found.source.value} if found.source is Source.LEDGER else {}


def _marked(found: Found[Any], response: Response) -> Response:
    if found.source is Source.LEDGER:
        response.headers[SOURCE] = found.source.value
    return response
