"""What a worker process of the gateway is given, and what it is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ledgerboard_gateway.serving.front import Front


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """The ASGI application and how to stop what runs beside it."""

    app: Front
    close: Callable[[], None]


class Beside(Protocol):
    """What works beside the requests, from `start` to `close`."""

    def start(self) -> None:
        """Begin."""
        ...

    def close(self) -> None:
        """End."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a worker process shares with its parent: whether to stop soon, and where metrics are added up."""

    is_draining: Callable[[], bool]
    shared_metrics: Path | None = None
