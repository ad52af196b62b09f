"""What is exported can be imported elsewhere, any number of times, and means the same there."""

import gzip
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from ledgerboard_contracts import BoardOptions, Correction, CorrectionKind, Policy, View
from ledgerboard_contracts.periods import ALL_TIME
from ledgerboard_history.exchange.command import export, take_in
from ledgerboard_history.exchange.exporting import ExportLedger
from ledgerboard_history.exchange.importing import Imported, ImportLedger
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import (
    LedgerExport,
    LedgerImport,
    LedgerWriter,
    PostgresDefinitions,
    PostgresGenerations,
    SqlFold,
    migrate,
)
from ledgerboard_testkit.events import NOON, envelope, fact, rejection
from ledgerboard_testkit.memory import FixedClock


class Ledger:
    """One database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def export(self, path: Path, board: str | None = None) -> list[str]:
        said: list[str] = []
        assert export(ExportLedger(LedgerExport(self.engine), FixedClock()), board, path, said.append) == 0
        return said

    @property
    def importer(self) -> ImportLedger:
        return ImportLedger(LedgerWriter(self.engine), LedgerImport(self.engine), PostgresGenerations(self.engine))

    def take_in(self, path: Path) -> Imported:
        return self.importer.run(path, lambda _done, _of: None)

    def entries(self, board: str) -> list[tuple[str, int]]:
        definition = PostgresDefinitions(self.engine).current(board)
        assert definition is not None
        rows = SqlFold(self.engine).rows(View(board, ALL_TIME), definition.options)
        return [(row.player, row.score) for row in rows]

    def contents(self) -> list[Any]:
        statements = (
            "SELECT to_jsonb(f) - 'recorded_at' - 'recorded_xid' FROM facts f ORDER BY event_id",
            "SELECT to_jsonb(r) - 'recorded_at' FROM rejections r ORDER BY event_id",
            "SELECT to_jsonb(v) FROM board_versions v ORDER BY board, version",
            "SELECT to_jsonb(c) - 'recorded_at' - 'recorded_xid' FROM corrections c ORDER BY correction_id",
        )
        with self.engine.connect() as connection:
            return [connection.execute(text(statement)).scalars().all() for statement in statements]


@pytest.fixture
def make(postgres_url: str) -> Iterator[Callable[[], Ledger]]:
    """Makes empty ledgers."""
    made: list[Engine] = []
    server = make_engine(postgres_url, application_name="test", pool_size=1)

    def new() -> Ledger:
        name = f"exchange_{uuid4().hex}"
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = postgres_url.removesuffix("postgres") + name
        migrate(url)
        made.append(make_engine(url, application_name="test", pool_size=5))
        return Ledger(made[-1])

    yield new
    for engine in made:
        engine.dispose()
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"DROP DATABASE {engine.url.database} WITH (FORCE)"))
    server.dispose()


def played(ledger: Ledger) -> Ledger:
    """Boards with versions, plays of every kind, rejections and corrections."""
    definitions, writer = PostgresDefinitions(ledger.engine), LedgerWriter(ledger.engine)
    definitions.define("race", BoardOptions(title="Race"))
    definitions.define("race", BoardOptions(title="The race", policy=Policy.TOTAL))
    definitions.ensure("rally")
    plain = [fact(f"p{number % 7}", number, level="1", session="s", attributes={"a": [1, "é"]}) for number in range(60)]
    voided, banned = fact("voided", 900), fact("banned", 800)
    writer.append([envelope(*plain, voided, banned), envelope(fact("ada", -3), board="rally")], [rejection()])
    at = NOON + timedelta(minutes=1)

    def correct(kind: CorrectionKind, **named: Any) -> None:
        writer.correct(
            [Correction(correction_id=new_uuid7(at), kind=kind, occurred_at=at, reason="r", author="desk", **named)]
        )

    correct(CorrectionKind.VOID, board="race", player="voided", event_id=voided.event_id)
    correct(CorrectionKind.BAN, player="banned")
    correct(CorrectionKind.ERASE, player="p3")
    return ledger


def test_an_import_brings_everything_and_a_second_one_nothing(make: Callable[[], Ledger], tmp_path: Path) -> None:
    source, target = played(make()), make()
    said = source.export(tmp_path / "all.gz")
    assert "records in" in said[-1]
    first = target.take_in(tmp_path / "all.gz")
    assert (first.bad, first.boards, first.known) == ([], {"race", "rally"}, 0)
    assert target.entries("rally") == source.entries("rally")
    assert target.entries("race") == source.entries("race")
    before = target.contents()
    generations = PostgresGenerations(target.engine).list()
    assert {(each.board, each.reason) for each in generations} == {("race", "import"), ("rally", "import")}
    second = target.take_in(tmp_path / "all.gz")
    assert (second.new, second.bad, second.boards, second.known) == (0, [], set(), first.new)
    assert target.contents() == before
    assert PostgresGenerations(target.engine).list() == generations


def test_importing_where_it_came_from_changes_nothing(make: Callable[[], Ledger], tmp_path: Path) -> None:
    source = played(make())
    source.export(tmp_path / "all.gz")
    before = source.contents()
    assert source.take_in(tmp_path / "all.gz").new == 0
    assert source.contents() == before


def test_one_board_goes_alone_with_what_is_about_its_players(make: Callable[[], Ledger], tmp_path: Path) -> None:
    source, target = played(make()), make()
    source.export(tmp_path / "race.gz", "race")
    assert target.take_in(tmp_path / "race.gz").boards == {"race"}
    assert target.entries("race") == source.entries("race")
    assert PostgresDefinitions(target.engine).current("rally") is None


def test_bad_lines_are_told_by_their_number_and_the_others_go_in(make: Callable[[], Ledger], tmp_path: Path) -> None:
    source, target, path = played(make()), make(), tmp_path / "all.gz"
    source.export(path)
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if b'"type":"fact"' in line)
    lines[first] = b"no json\n"
    lines[first + 1] = lines[first + 1].replace(b'"player":"', b'"player":"a/')
    lines[first + 2] = lines[first + 2].replace(b'"level":"1"', b'"level":"\\u0000"')
    lines[first + 3] = b'{"type":"later","new":1}\n'
    path.write_bytes(gzip.compress(b"".join(lines)))
    said: list[str] = []
    assert take_in(target.importer, path, said.append) == 1
    told = [line for line in said if line.startswith("line ")]
    assert [line.partition(":")[0] for line in told] == [f"line {first + step}" for step in (1, 2, 3, 4)]
    assert len(target.contents()[0]) == len(source.contents()[0]) - 4


def test_a_file_that_is_cut_off_gives_what_it_has_and_says_so(make: Callable[[], Ledger], tmp_path: Path) -> None:
    source, target, path = played(make()), make(), tmp_path / "all.gz"
    source.export(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 3 // 4])
    done = target.take_in(path)
    assert [reason.partition(":")[0] for _, reason in done.bad] == ["the file cannot be read on"]
    lines = gzip.decompress(whole).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(lines[:-1])))
    assert [reason for _, reason in target.take_in(path).bad] == ["the file is cut off: its last line is missing"]
    path.write_bytes(whole)
    assert target.take_in(path).bad == []
    assert target.entries("race") == source.entries("race")


def test_another_definition_under_the_same_number_is_told_and_left_alone(
    make: Callable[[], Ledger], tmp_path: Path
) -> None:
    source, target = played(make()), make()
    mine, _ = PostgresDefinitions(target.engine).define("rally", BoardOptions(title="Mine"))
    source.export(tmp_path / "all.gz")
    [(_, reason)] = target.take_in(tmp_path / "all.gz").bad
    assert reason == "board rally has another version 1"
    assert PostgresDefinitions(target.engine).current("rally") == mine
