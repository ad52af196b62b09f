"""What the operator asks: is the gateway alive, can it accept, what has it counted.

Ready means able to accept: the queue answers. Redis or PostgreSQL being down does not take a gateway out of rotation,
because every other replica has lost them too, submissions to known boards are still accepted, and reads say 503 by
themselves; taking all replicas out would lose scores for the sake of reads. Their state is told all the same.
"""

from collections.abc import Callable
from typing import Final, Protocol

from flask import Response

from ledgerboard_gateway.http import answers, rendering
from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_infra.health import Readiness

REQUIRED: Final = frozenset({"queue", "serving"})
"""The checks without which the gateway is not ready."""


class Probe(Protocol):
    """Asks the dependencies, at most once a second."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all checks."""
        ...

    def readiness(self) -> Readiness:
        """What failed."""
        ...


class OperationRoutes:
    """``/healthz``, ``/readyz`` and ``/metrics``."""

    def __init__(self, probe: Probe, exposition: Callable[[], tuple[bytes, str]]) -> None:
        self._probe = probe
        self._exposition = exposition

    def healthz(self) -> Response:
        """Tell that the process answers."""
        return rendering.answer(answers.Health("alive", {}))

    def readyz(self) -> Response:
        """Tell whether the gateway can accept submissions."""
        failures = self._probe.readiness().failures
        checks = {name: failures.get(name, "ok") for name in self._probe.names}
        if REQUIRED & failures.keys():
            return rendering.answer(answers.Health("not ready", checks), 503)
        return rendering.answer(answers.Health("degraded" if failures else "ready", checks))

    def metrics(self) -> Response:
        """Tell the metrics in Prometheus' text form."""
        body, content_type = self._exposition()
        return Response(body, content_type=content_type)

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        health = {"status": "ready", "checks": {"queue": "ok", "redis": "ok", "postgres": "ok"}}
        return [
            Operation(
                tag="operations",
                method="GET",
                rule="/healthz",
                view=self.healthz,
                summary="Ask whether the process answers",
                description="Never asks a dependency.",
                answers={200: Answer([answers.Health], {"status": "alive", "checks": {}}, "It answers")},
            ),
            Operation(
                tag="operations",
                method="GET",
                rule="/readyz",
                view=self.readyz,
                summary="Ask whether the gateway can accept submissions",
                description="503 only where the queue does not answer or the gateway is about to stop. Without "
                "Redis or PostgreSQL it is `degraded` and stays in rotation: it still accepts.",
                answers={
                    200: Answer([answers.Health], health, "It can accept"),
                    503: Answer([answers.Health], health | {"status": "not ready"}, "It cannot accept"),
                },
            ),
            Operation(
                tag="operations",
                method="GET",
                rule="/metrics",
                view=self.metrics,
                summary="Read the metrics",
                description="Prometheus' text form.",
                answers={200: Answer([], "gateway_buffered_submissions 0.0", "The metrics", "text/plain")},
            ),
        ]
