"""Logs: one JSON object a line on stdout, whoever logs.

Messages are constant and facts are fields, so that a line can be counted. The standard library's loggers go through the
same chain. A password inside a URL never leaves the process.
"""

import logging
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

if TYPE_CHECKING:
    from ledgerboard_infra.settings import TelemetrySettings

_PASSWORD = re.compile(r"(://[^:/@\s\"]*:)[^@/\s\"]+@")
_MAX_FRAMES: Final = 20
_QUIET: Final = ("boto3", "botocore", "urllib3", "kombu", "amqp")


def configure_logs(settings: "TelemetrySettings", service: str) -> None:
    """Route structlog and the standard library to stdout as JSON. Called once, by a service's CLI."""
    shared = _shared_processors(service)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _render],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    logging.captureWarnings(capture=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def get_logger(name: str) -> FilteringBoundLogger:
    """A logger that does nothing until it is first used, so that a module may hold one."""
    return cast("FilteringBoundLogger", structlog.stdlib.get_logger(name))


@contextmanager
def correlated(**facts: object) -> Iterator[None]:
    """Put ``facts`` on every line that this thread or task logs inside the block."""
    with structlog.contextvars.bound_contextvars(**facts):
        yield


def correlation_ids(attributes: Sequence[str | None]) -> list[str]:
    """The distinct ids among ``attributes``, in their order."""
    return list(dict.fromkeys(each for each in attributes if each))


def redacted(text: str) -> str:
    """``text`` without the passwords of the URLs in it."""
    return _PASSWORD.sub(r"\1***@", text) if "://" in text else text


def _shared_processors(service: str) -> list[Processor]:
    def name_service(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
        name_service,
        structlog.processors.ExceptionRenderer(
            structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=_MAX_FRAMES)
        ),
    ]


def _render(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    first = {name: event.pop(name, "") for name in ("timestamp", "level")}
    line: dict[str, Any] = {**first, "message": event.pop("event", ""), **event}
    return redacted(msgspec.json.encode(line, enc_hook=repr).decode())
