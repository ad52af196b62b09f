"""What is exported can be imported elsewhere, any number of times, and means the same there."""

import gzip
from collections.abc import Callable
from pathlib import Path

from ledgerboard_contracts import BoardOptions
from ledgerboard_history.exchange.command import take_in
from ledgerboard_ledger import PostgresDefinitions, PostgresGenerations
from tests.integration.history.exchange_scene import Ledger, played


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
