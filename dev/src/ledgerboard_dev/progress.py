"""Say what is being waited for, and how long it took."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

Progress = Callable[[str], AbstractContextManager[None]]
"""Wraps one step: ``with progress("PostgreSQL"): ...``."""


def silent(_step: str) -> AbstractContextManager[None]:
    """Say nothing."""
    return nullcontext()


@contextmanager
def printed(step: str) -> Iterator[None]:
    """One line a step, printed when it is done."""
    began = time.monotonic()
    yield
    print(f"  {step:<32} {time.monotonic() - began:5.1f} s", flush=True)
