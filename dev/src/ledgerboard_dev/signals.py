"""End in order when asked to: the first signal unwinds every ``with``, later ones change nothing."""

import signal
from types import FrameType
from typing import Final

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequestedError(BaseException):
    """Somebody asked this process to end. No ``except Exception`` must swallow it."""


def stop_on_signals() -> None:
    """From now on a signal to end raises `StopRequestedError` in the main thread, once."""
    for number in _SIGNALS:
        signal.signal(number, _request_stop)


def _request_stop(_number: int, _frame: FrameType | None) -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise StopRequestedError
