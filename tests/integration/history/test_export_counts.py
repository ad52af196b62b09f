"""An export that lost records or got some is told by the part that does not add up, and may be imported again whole."""

import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import pytest

from ledgerboard_history.exchange.archiving import ArchiveMonths, DamagedObjectError
from ledgerboard_history.exchange.command import look_at, take_in
from ledgerboard_history.exchange.exporting import ExportLedger
from ledgerboard_ledger import Archives, LedgerExport, LedgerWriter, Month
from ledgerboard_testkit.events import envelope, fact
from ledgerboard_testkit.memory import FixedClock
from tests.integration.history.exchange_scene import Ledger, played
from tests.integration.history.test_archive import OLD, Bucket

Lines = list[bytes]

RACE_FACTS: Final = 62


def of(kind: str, lines: Lines, board: str = "race") -> list[int]:
    """The places of the board's lines of that type."""
    return [
        place
        for place, line in enumerate(lines)
        if line.startswith(b'{"type":"%s"' % kind.encode()) and b'"board":"%s"' % board.encode() in line
    ]


def without(places: list[int], lines: Lines) -> Lines:
    return [line for place, line in enumerate(lines) if place not in places]


@pytest.fixture
def source(make: Callable[[], Ledger]) -> Ledger:
    return played(make())


@pytest.fixture
def lines(source: Ledger, tmp_path: Path) -> Lines:
    source.export(tmp_path / "whole.gz")
    return gzip.decompress((tmp_path / "whole.gz").read_bytes()).splitlines(keepends=True)


class Import:
    """One import of some lines, and what it said."""

    def __init__(self, target: Ledger, lines: Lines, path: Path) -> None:
        path.write_bytes(gzip.compress(b"".join(lines)))
        self.said: list[str] = []
        self.code = take_in(target.importer, path, self.said.append)

    @property
    def parts(self) -> list[str]:
        return [line.partition(": ")[2] for line in self.said if line.startswith("the export of lines ")]


def test_two_facts_lost_in_the_middle_are_missed_and_a_whole_file_brings_them(
    make: Callable[[], Ledger], source: Ledger, lines: Lines, tmp_path: Path
) -> None:
    target, facts = make(), of("fact", lines)
    lost = Import(target, without(facts[20:22], lines), tmp_path / "lost.gz")
    assert lost.code == 1
    assert lost.parts == [
        f"facts of board race: {RACE_FACTS - 2} stand here, {RACE_FACTS} were exported",
        f"records in all: {len(lines) - 4} stand here, {len(lines) - 2} were exported",
    ]
    assert lost.said[-1].startswith(
        f"THIS FILE IS NOT WHOLE. The {len(lines) - 4} records that it has are in the ledger"
    )
    assert len(target.contents()[0]) == len(source.contents()[0]) - 2
    again = Import(target, without(facts[20:22], lines), tmp_path / "lost.gz")
    assert (again.code, again.parts) == (1, lost.parts)
    whole = Import(target, lines, tmp_path / "whole-again.gz")
    assert (whole.code, whole.parts) == (0, [])
    assert f"2 records new, {len(lines) - 4} known, 0 lines of no use" in whole.said
    assert target.contents()[0] == source.contents()[0]
    assert target.entries("race") == source.entries("race")


@pytest.mark.parametrize(
    ("kind", "board", "words"),
    [
        ("board", "race", "definitions of board race: 1 stand here, 2 were exported"),
        ("rejection", "race", "rejections of board race: 0 stand here, 1 were exported"),
        ("fact", "rally", "facts of board rally: 0 stand here, 1 were exported"),
        ("correction", "race", "corrections of board race: 0 stand here, 1 were exported"),
    ],
)
def test_every_part_is_counted(
    make: Callable[[], Ledger], lines: Lines, tmp_path: Path, kind: str, board: str, words: str
) -> None:
    met = Import(make(), without(of(kind, lines, board)[:1], lines), tmp_path / "lost.gz")
    assert (met.code, met.parts[0]) == (1, words)


def test_corrections_of_all_boards_are_a_part_of_their_own(
    make: Callable[[], Ledger], lines: Lines, tmp_path: Path
) -> None:
    bans = [place for place, line in enumerate(lines) if b'"kind":"ban"' in line]
    met = Import(make(), without(bans, lines), tmp_path / "lost.gz")
    assert met.parts[0] == "corrections of all boards: 1 stand here, 2 were exported"


def test_a_record_lost_and_another_twice_do_not_make_up_for_each_other(
    make: Callable[[], Ledger], lines: Lines, tmp_path: Path
) -> None:
    (rally,), race = of("fact", lines, "rally"), of("fact", lines)
    lines[rally] = lines[race[0]]
    met = Import(make(), lines, tmp_path / "odd.gz")
    assert (met.code, len(met.parts)) == (1, 2)
    assert f"facts of board race: {RACE_FACTS + 1} stand here, {RACE_FACTS} were exported" in met.parts


def test_an_export_of_a_release_that_told_no_parts_is_counted_as_a_whole(
    make: Callable[[], Ledger], lines: Lines, tmp_path: Path
) -> None:
    end = msgspec.json.decode(lines[-1])
    del end["parts"]
    lines[-1] = msgspec.json.encode(end) + b"\n"
    assert Import(make(), lines, tmp_path / "old.gz").code == 0
    met = Import(make(), without(of("fact", lines)[3:5], lines), tmp_path / "lost.gz")
    assert met.code == 1
    (told,) = met.parts
    assert told.startswith(f"records in all: {len(lines) - 4} stand here, {len(lines) - 2} were exported; this export")


def test_of_several_exports_in_one_file_each_is_counted(
    make: Callable[[], Ledger], lines: Lines, tmp_path: Path
) -> None:
    assert Import(make(), lines + lines, tmp_path / "two.gz").code == 0
    met = Import(make(), lines + without(of("fact", lines)[7:8], lines), tmp_path / "lost.gz")
    assert (met.code, len(met.parts)) == (1, 2)
    assert f"the export of lines {len(lines) + 1} to {2 * len(lines) - 1}: " in "".join(met.said)
    for cut in (lines[:-1] + lines, lines + lines[1:], lines + lines[:-1], [*lines, lines[-1]]):
        assert Import(make(), cut, tmp_path / "cut.gz").code == 1


def test_an_export_of_one_board_holds_no_other(
    make: Callable[[], Ledger], source: Ledger, lines: Lines, tmp_path: Path
) -> None:
    source.export(tmp_path / "race.gz", "race")
    alone = gzip.decompress((tmp_path / "race.gz").read_bytes()).splitlines(keepends=True)
    assert Import(make(), alone, tmp_path / "alone.gz").code == 0
    alone.insert(-1, lines[of("fact", lines, "rally")[0]])
    met = Import(make(), alone, tmp_path / "mixed.gz")
    assert met.parts[0] == "facts of board rally: 1 stand in an export of race alone"


def test_a_file_can_be_looked_at_without_an_import(lines: Lines, tmp_path: Path) -> None:
    def look(some: Lines) -> tuple[int, list[str]]:
        (tmp_path / "seen.gz").write_bytes(gzip.compress(b"".join(some)))
        said: list[str] = []
        return look_at(tmp_path / "seen.gz", said.append), said

    assert look(lines) == (0, [f"{len(lines) - 2} records, whole"])
    code, said = look(without(of("fact", lines)[3:4], lines))
    assert (code, len(said), said[-1]) == (1, 3, f"{len(lines) - 3} records, not whole")
    assert look(lines[:5])[0] == 1
    command = [sys.executable, "-m", "ledgerboard_history", "verify", str(tmp_path / "whole.gz")]
    told = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, f"{len(lines) - 2} records, whole\n")


class LossyObjects:
    """A store that keeps a line less than it was given."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def put(self, name: str, path: Path) -> None:
        lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
        path.write_bytes(gzip.compress(b"".join(without(of("fact", lines, "rally")[:1], lines))))
        self._bucket.objects.put(name, path)

    def has(self, name: str) -> bool:
        return self._bucket.objects.has(name)

    def get(self, name: str, path: Path) -> None:
        self._bucket.objects.get(name, path)


def test_a_month_stays_in_the_ledger_if_its_object_is_not_what_was_exported(
    make: Callable[[], Ledger], sqs_endpoint: str
) -> None:
    ledger, bucket = make(), Bucket(sqs_endpoint)
    LedgerWriter(ledger.engine).append([envelope(fact("old", 5, at=OLD), board="rally")], [])
    archives = Archives(ledger.engine)
    lossy = ArchiveMonths(
        ExportLedger(LedgerExport(ledger.engine), FixedClock()), archives, LossyObjects(bucket),
        FixedClock(), keep_months=3, prefix="a/",
    )  # fmt: skip
    with pytest.raises(DamagedObjectError, match="facts of board rally: 0 stand here, 1 were exported"):
        lossy.run()
    assert archives.months_before(Month(2026, 8)) == [Month(2026, 7)]
