"""The base of every job: its correlation, its time, and its two log lines.

A job may run more than once, because SQS delivers at least once; every job says why that does no harm.
"""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import structlog
from celery import Celery, Task

from ledgerboard_infra.logs import correlated, get_logger

CORRELATION_HEADER: Final = "ledgerboard_correlation_id"

_log = get_logger(__name__)


class Job(Task):  # type: ignore[type-arg]  # Celery's Task takes no parameters at run time.
    """Runs with its correlation id on every line it logs; without one from its sender, its own id serves."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run, and log the beginning and the end."""
        facts = {"job": self.name, "job_id": self.request.id, "correlation_id": self._correlation_id()}
        with correlated(**facts):
            _log.info("job started", retries=self.request.retries)
            started = time.perf_counter()
            try:
                result = self.run(*args, **kwargs)
            except BaseException:
                _log.exception("job failed", seconds=_since(started))
                raise
            _log.info("job finished", seconds=_since(started), result=result)
            return result

    def _correlation_id(self) -> str | None:
        headers: Mapping[str, str] = self.request.headers or {}
        return headers.get(CORRELATION_HEADER) or self.request.id


class JobApp(Celery):
    """Sends every job with the correlation id of whoever sends it."""

    def schedule(self, periods: Mapping[str, timedelta], *, expire: bool = False) -> None:
        """Let beat send these jobs, by name, so often. ``expire``: one that nobody took by two periods is dropped."""
        self.conf.beat_schedule = dict(self.conf.beat_schedule) | {
            name.rpartition(".")[2].replace("_", "-"): {
                "task": name,
                "schedule": every,
                **({"options": {"expires": every.total_seconds() * 2}} if expire else {}),
            }
            for name, every in periods.items()
        }

    def send_task(self, *args: Any, headers: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """Send, however it was asked for: ``delay`` and ``apply_async`` come through here."""
        correlation_id = structlog.contextvars.get_contextvars().get("correlation_id")
        own = {CORRELATION_HEADER: correlation_id} if correlation_id else {}
        return super().send_task(*args, headers={**own, **(headers or {})}, **options)


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 6)
