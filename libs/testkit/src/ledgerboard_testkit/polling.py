"""Wait for a condition instead of for a time.

A test that sleeps is either slow or flaky; one that polls is as fast as what it waits for.
"""

import time
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

_PAUSE_SECONDS: Final = 0.02


def eventually(condition: Callable[[], T], *, within_seconds: float = 15.0, what: str = "the condition") -> T:
    """The first truthy value of ``condition``. Raises AssertionError, naming ``what``, if there is none in time."""
    deadline = time.monotonic() + within_seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{what} did not come true within {within_seconds} s: {value!r}"
        time.sleep(_PAUSE_SECONDS)
    return value
