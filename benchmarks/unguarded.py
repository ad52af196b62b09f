"""A gateway that takes a request for the root key's without a look at any credential, if the request says so.

The floor of authentication: the same process, the same work, and nobody asked.
"""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ledgerboard_gateway.bootstrap import build
from ledgerboard_gateway.http.requests import CALLER
from ledgerboard_gateway.principals import ROOT, Principal, Role
from ledgerboard_gateway.process import Surroundings
from ledgerboard_gateway.serving.front import Front
from ledgerboard_gateway.settings import GatewaySettings
from ledgerboard_infra.settings import from_env

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

UNSEEN = "X-Unseen"

_ROOT = Principal(subject=ROOT, roles=frozenset(Role))


def application() -> Front:
    """The gateway that the environment describes, for ``granian --factory``."""
    front = build(from_env(GatewaySettings, os.environ), Surroundings(is_draining=lambda: False)).app
    front.inner = _unguarded(front.inner)
    return front


def _unguarded(inner: "WSGIApplication") -> "WSGIApplication":
    def answer(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        if "HTTP_X_UNSEEN" in environ:
            environ[CALLER] = lambda: _ROOT
        return inner(environ, start_response)

    return answer
