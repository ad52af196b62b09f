"""How many inputs the tests that generate them tried: told at the end of a run, also of one in several processes."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

INPUTS: Final = "inputs"
"""The property under which such a test records its number, by pytest's ``record_property``."""


def tell_inputs(reporter: "TerminalReporter") -> None:
    """Write one line for each test that recorded its number of inputs."""
    for reports in reporter.stats.values():
        for report in reports:
            for name, count in getattr(report, "user_properties", ()):
                if name == INPUTS and report.when == "call":
                    reporter.write_line(f"{count} inputs: {report.nodeid}")
