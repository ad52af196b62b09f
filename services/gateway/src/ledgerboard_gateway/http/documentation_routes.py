"""The documentation: the OpenAPI document, a page that shows it, and a page for each type of problem.

Everything is served from here, so it works without the Internet and tells nobody else who reads it.
"""

from collections.abc import Callable
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final

from flask import Response

from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_gateway.http.problems import ProblemError, ProblemType
from ledgerboard_gateway.http.problems import ProblemType as P

_HTML: Final = "text/html; charset=utf-8"
_POLICY: Final = "default-src 'none'; connect-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline'"


class DocumentationRoutes:
    """``/openapi.json``, ``/docs`` and ``/docs/problems/{slug}``."""

    def __init__(self) -> None:
        self._document: Callable[[], bytes] = lambda: b"{}"
        self._page = files("ledgerboard_gateway.http").joinpath("docs.html").read_bytes()
        self._problems = {kind.slug: kind for kind in ProblemType}

    def publish(self, write: Callable[[], bytes]) -> None:
        """Take over what writes the OpenAPI document, once and for whoever asks first. It knows this route too."""
        self._document = cache(write)

    def openapi(self) -> Response:
        """Tell the OpenAPI document."""
        return Response(self._document(), content_type="application/vnd.oai.openapi+json")

    def page(self) -> Response:
        """Show the OpenAPI document to a person."""
        return Response(self._page, content_type=_HTML, headers={"Content-Security-Policy": _POLICY})

    def problem(self, slug: str) -> Response:
        """Tell a person what a type of problem means."""
        kind = self._problems.get(slug)
        if kind is None:
            raise ProblemError(ProblemType.NOT_FOUND, "There is no such type of problem.")
        title, meaning = escape(kind.title), escape(kind.meaning)
        page = f"<!doctype html><title>{title}</title><h1>{title}</h1><p>Status {kind.status}.</p><p>{meaning}</p>"
        return Response(page, content_type=_HTML, headers={"Content-Security-Policy": "default-src 'none'"})

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="operations",
                method="GET",
                rule="/openapi.json",
                view=self.openapi,
                summary="Read the OpenAPI document",
                description="This document.",
                answers={
                    200: Answer(
                        [], {"openapi": "3.1.0"}, "The document", "application/vnd.oai.openapi+json", {"type": "object"}
                    )
                },
            ),
            Operation(
                tag="operations",
                method="GET",
                rule="/docs",
                view=self.page,
                summary="Read the documentation",
                description="A page for people, made from the OpenAPI document.",
                answers={200: Answer([], "<!doctype html>", "The page", "text/html")},
            ),
            Operation(
                tag="operations",
                method="GET",
                rule="/docs/problems/<slug>",
                view=self.problem,
                summary="Read what a type of problem means",
                description="Every problem's `type` leads here.",
                answers={200: Answer([], "<!doctype html>", "The page", "text/html")},
                problems=[P.NOT_FOUND],
            ),
        ]
