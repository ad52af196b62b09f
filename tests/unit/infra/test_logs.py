"""Log lines, as a process really writes them."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import pytest

from ledgerboard_infra.logs import correlation_ids, redacted

_PROGRAM = """
import logging
from ledgerboard_infra.logs import configure_logs, correlated, get_logger
from ledgerboard_infra.settings import TelemetrySettings

log = get_logger("early")
configure_logs(TelemetrySettings(log_level="info"), "svc")
with correlated(correlation_ids=["r1"]):
    log.info("batch settled", done=3, odd=object)
log.debug("hidden")
logging.getLogger("library").warning("hello %s", "world")
password = "hunter2"
try:
    raise ValueError("connecting to postgresql://u:hunter2@db:5432/l failed")
except ValueError:
    log.exception("it failed")
"""


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True, timeout=30)
    assert "hunter2" not in done.stdout
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_line_has_a_constant_message_and_facts_beside_it(lines: list[dict[str, Any]]) -> None:
    line = lines[0]
    assert (line["message"], line["done"], line["level"], line["service"]) == ("batch settled", 3, "info", "svc")
    assert line["logger"] == "early"
    assert line["correlation_ids"] == ["r1"]


def test_times_are_utc(lines: list[dict[str, Any]]) -> None:
    assert datetime.fromisoformat(lines[0]["timestamp"]).utcoffset() == timedelta(0)


def test_the_standard_library_logs_the_same_way(lines: list[dict[str, Any]]) -> None:
    assert (lines[1]["message"], lines[1]["level"], lines[1]["logger"]) == ("hello world", "warning", "library")


def test_lines_below_the_level_are_not_written(lines: list[dict[str, Any]]) -> None:
    assert len(lines) == 3


def test_an_exception_is_structured_and_keeps_secrets(lines: list[dict[str, Any]]) -> None:
    trace = lines[2]["exception"][0]
    assert trace["exc_type"] == "ValueError"
    assert trace["exc_value"] == "connecting to postgresql://u:***@db:5432/l failed"
    assert trace["frames"][0]["lineno"] > 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("redis://:pw@h:6379/0", "redis://:***@h:6379/0"),
        ("a postgresql://u:p%40w@h/d b https://x/y?at=a@b", "a postgresql://u:***@h/d b https://x/y?at=a@b"),
        ("http://127.0.0.1:4566/000/q", "http://127.0.0.1:4566/000/q"),
        ("me@example.org: hi", "me@example.org: hi"),
    ],
)
def test_passwords_of_urls_are_redacted(text: str, shown: str) -> None:
    assert redacted(text) == shown


def test_correlation_ids_are_distinct_and_in_order() -> None:
    assert correlation_ids(["b", None, "a", "b", ""]) == ["b", "a"]
