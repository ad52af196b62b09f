"""A process's clock, and the ids that it makes, move while it runs; no other process's do."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.chaos.clocks import Clocks

_PROGRAM = """
import sys
from datetime import UTC, datetime
from ledgerboard_contracts import event_time
from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.ids import new_uuid7
for _ in sys.stdin:
    now = SystemClock().now()
    made = event_time(new_uuid7(now))
    print(*(round((each - datetime.now(UTC)).total_seconds()) for each in (now, made)), flush=True)
"""


class Process:
    """Tells how far its clock is ahead, by what it says and by an id that it makes."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM], env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    def ahead(self) -> tuple[int, ...]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write("\n")
        stdin.flush()
        return tuple(map(int, stdout.readline().split()))

    def end(self) -> None:
        self._process.communicate()
        assert self._process.returncode == 0


def test_one_clock_is_moved_and_set_right_while_others_show_the_time(tmp_path: Path) -> None:
    clocks = Clocks(tmp_path, ["ranker", "history"])
    moved, other = (Process(clocks.environment(service)) for service in ("ranker", "history"))
    assert moved.ahead() == (0, 0)
    clocks.move("ranker", 60.0)
    assert moved.ahead() == (60, 60)
    clocks.move("ranker", -25.0)
    assert moved.ahead() == (-25, -25)
    assert other.ahead() == (0, 0)
    clocks.set_all_right()
    assert moved.ahead() == (0, 0)
    moved.end()
    other.end()


def test_a_python_without_the_product_starts_all_the_same(tmp_path: Path) -> None:
    environment = Clocks(tmp_path, ["ranker"]).environment("ranker")
    subprocess.run([sys.executable, "-S", "-c", "import sitecustomize"], env=dict(environment), check=True)
