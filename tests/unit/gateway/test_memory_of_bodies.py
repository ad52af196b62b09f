"""No body costs more than a small multiple of its size, whatever is wrong with it and wherever it goes."""

import re
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pytest

from tests.inputs import INPUTS
from tests.unit.gateway.gateways import MemoryGateway, running
from tests.unit.gateway.hostile_bodies import FAMILIES, of_example

MULTIPLE: Final = 40
"""CPython's own parsed form of ``[[],[],[]]`` is 24 times as large as its text."""

MOST_BYTES: Final = 64 * 1024
ALLOWANCE_BYTES: Final = 256 * 1024
"""What a request costs that has no body, and the answer to it."""

MOST_SECONDS: Final = 3.0
"""Of the processor, in this thread, while memory is traced. What grows with the square takes many seconds."""


@pytest.fixture(scope="module")
def gateway() -> Iterator[MemoryGateway]:
    with running(most_body_bytes=MOST_BYTES) as made:
        yield made


def operations(gateway: MemoryGateway) -> Iterator[tuple[str, str, int, Mapping[str, Any] | None]]:
    """Method and URL of each operation of the document, how large a body may be, and its example if it takes one."""
    for path, item in gateway.get("/openapi.json").get_json()["paths"].items():
        url = path
        for parameter in item.get("parameters", []):
            url = url.replace(f"{{{parameter['name']}}}", parameter["example"].replace(" ", "%20"))
        for method, operation in item.items():
            if method != "parameters":
                body = operation.get("requestBody", {})
                known = re.search(r"At most (\d+) bytes", body.get("description", "At most 16384 bytes"))
                example = body.get("content", {}).get("application/json", {}).get("example")
                yield method.upper(), url, int(known[1]) if known else MOST_BYTES, example


def bodies(example: Mapping[str, Any] | None, size_bytes: int) -> Iterator[tuple[str, bytes]]:
    """All families for an operation that takes a body, and one for an operation that does not."""
    if example is None:
        yield next((name, make(size_bytes)) for name, make in FAMILIES.items())
        return
    yield from ((name, make(size_bytes)) for name, make in FAMILIES.items())
    yield from of_example(example, size_bytes)


def peak_bytes(gateway: MemoryGateway, method: str, url: str, body: bytes) -> int:
    """The most memory that one request took at any moment."""
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    gateway.write(method, url, body)
    _, peak = tracemalloc.get_traced_memory()
    return peak - before


def test_no_body_costs_more_than_a_small_multiple_of_its_size(
    gateway: MemoryGateway, record_property: Callable[[str, object], None]
) -> None:
    asked = [*operations(gateway)]
    for method, url, *_ in asked:
        gateway.write(method, url, b"{}")  # What is made once is not a body's cost.
    excesses, tried = [], 0
    tracemalloc.start()
    try:
        for method, url, most_bytes, example in asked:
            for name, body in bodies(example, most_bytes):
                tried += 1
                started = time.thread_time()
                took = peak_bytes(gateway, method, url, body)
                if (seconds := time.thread_time() - started) > MOST_SECONDS:
                    excesses.append(f"{method} {url}: {name}: {seconds:.1f} s for {len(body)} bytes")
                if took > MULTIPLE * len(body) + ALLOWANCE_BYTES:
                    excesses.append(f"{method} {url}: {name}: {took / len(body):.0f} times {len(body)} bytes")
    finally:
        tracemalloc.stop()
    record_property(INPUTS, tried)
    assert excesses == []
