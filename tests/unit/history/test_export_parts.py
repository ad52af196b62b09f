"""Whatever an export loses or gets, it does not add up any more."""

import gzip
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgerboard_history.exchange.lines import EndLine, FactLine, Line, RejectionLine, encode_line, header
from ledgerboard_history.exchange.parts import PartCounts
from ledgerboard_history.exchange.reading import Findings
from ledgerboard_history.exchange.verifying import verify
from ledgerboard_testkit.events import NOON, envelope, fact, rejection

BOARDS: Final = ("race", "rally", "chess")

records: Final = st.lists(st.tuples(st.sampled_from(BOARDS), st.booleans()), max_size=12)


def record(board: str, *, is_fact: bool) -> Line:
    if not is_fact:
        return RejectionLine(rejection=rejection(board=board))
    made = envelope(fact(), board=board)
    return FactLine(board=board, board_version=1, envelope_id=made.envelope_id, fact=made.facts[0])


def exported(made: list[tuple[str, bool]]) -> list[Line]:
    """What an export of these records writes, without its header and its last line."""
    return [record(board, is_fact=is_fact) for board, is_fact in made]


def end_of(lines: list[Line]) -> EndLine:
    counts = PartCounts()
    for line in lines:
        counts.add(line)
    return EndLine(records=counts.records, parts=counts.parts())


def seen(path: Path, lines: list[Line], end: EndLine) -> Findings:
    path.write_bytes(gzip.compress(b"".join(encode_line(line) for line in (header(None, NOON), *lines, end))))
    return verify(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(made=records)
def test_what_was_exported_adds_up(tmp_path: Path, made: list[tuple[str, bool]]) -> None:
    lines = exported(made)
    found = seen(tmp_path / "whole", lines, end_of(lines))
    assert (found.bad, found.not_whole) == ([], [])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(made=records.filter(bool), data=st.data())
def test_what_lost_or_got_records_names_the_parts(
    tmp_path: Path, made: list[tuple[str, bool]], data: st.DataObject
) -> None:
    lines = exported(made)
    times = data.draw(st.lists(st.integers(0, 2), min_size=len(made), max_size=len(made)))
    changed = [line for line, many in zip(lines, times, strict=True) for _ in range(many)]
    differing = {
        (board, is_fact)
        for board, is_fact in made
        if sum(many for each, many in zip(made, times, strict=True) if each == (board, is_fact))
        != made.count((board, is_fact))
    }
    found = seen(tmp_path / "changed", changed, end_of(lines))
    named = {
        (board, kind == "facts")
        for kind in ("facts", "rejections")
        for board in BOARDS
        if any(f": {kind} of board {board}: " in each for each in found.not_whole)
    }
    assert (found.bad, named) == ([], differing)
