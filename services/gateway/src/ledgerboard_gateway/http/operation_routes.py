"""What the operator asks: is the gateway alive, can it accept, what has it counted.

Ready means able to accept: the queue answers. Redis or PostgreSQL being down does not take a gateway out of rotation,
because every other replica has lost them too, submissions to known boards are still accepted, and reads say 503 by
themselves; taking all replicas out would lose scores for the sake of reads. Their state is told all the same.
"""

from collections.abc import Callable
from typing import Final, Protocol

from flask import Response

from ledgerboard_gateway.http import answers
from ledgerboard_infra.health import Readiness

REQUIRED: Final = frozenset({"queue", "serving"})
"""The checks without which the gateway is not ready."""


class Probe(Protocol):
    """Asks the dependencies, at most once a second."""

    @property
    def names(self) -> tuple[str, ...]: ...
    def readiness(self) -> Readiness: ...


class OperationRoutes:
    """``/healthz``, ``/readyz`` and ``/metrics``."""

    def __init__(self, probe: Probe, exposition: Callable[[], tuple[bytes, str]]) -> None:
        self._probe = probe
        self._exposition = exposition

    def healthz(self) -> Response:
        """Tell that the process answers."""
        return answers.answer(answers.Health("alive", {}))

    def readyz(self) -> Response:
        """Tell whether the gateway can accept submissions."""
        failures = self._probe.readiness().failures
        checks = {name: failures.get(name, "ok") for name in self._probe.names}
        if REQUIRED & failures.keys():
            return answers.answer(answers.Health("not ready", checks), 503)
        return answers.answer(answers.Health("degraded" if failures else "ready", checks))

    def metrics(self) -> Response:
        """Tell the metrics in Prometheus' text form."""
        body, content_type = self._exposition()
        return Response(body, content_type=content_type)
