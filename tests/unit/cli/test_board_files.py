"""A file of definitions is read whole and strictly, or refused with the place and the rule."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledgerboard_cli.board_files import BoardFileError, read_boards
from ledgerboard_cli.board_plans import Step, Verdict
from ledgerboard_contracts import BoardOptions, Order, Policy, Season, TieBreak

EVERYTHING = """
[boards.laps]
order = "asc"
policy = "latest"
min_score = 20_000
decimals = 3
time_zone = "Europe/Paris"
level_total_view = true

[[boards.laps.ties]]
attribute = "crashes"
order = "asc"

[[boards.laps.seasons]]
key = "spring"
start = 2026-03-01T00:00:00+01:00
end = 2026-06-01T00:00:00Z

[boards."a.b"]
"""

LAPS = BoardOptions(
    order=Order.ASC,
    policy=Policy.LATEST,
    min_score=20_000,
    decimals=3,
    time_zone="Europe/Paris",
    level_total_view=True,
    ties=(TieBreak(attribute="crashes", order=Order.ASC),),
    seasons=(Season(key="spring", start=datetime(2026, 2, 28, 23, tzinfo=UTC), end=datetime(2026, 6, 1, tzinfo=UTC)),),
)


def written(directory: Path, text: str, name: str = "boards.toml") -> Path:
    path = directory / name
    path.write_text(text, "utf-8")
    return path


def test_a_file_says_all_of_a_board_and_what_it_leaves_out_has_its_default(tmp_path: Path) -> None:
    assert read_boards(written(tmp_path, EVERYTHING)) == {"laps": LAPS, "a.b": BoardOptions()}


def test_json_says_the_same(tmp_path: Path) -> None:
    text = '{"boards": {"laps": {"order": "asc", "seasons": [{"key": "a", "start": "2026-01-01T00:00:00Z", "end": "2026-02-01T00:00:00Z"}]}}}'  # fmt: skip  # noqa: E501 -- one document
    found = read_boards(written(tmp_path, text, "boards.json"))
    season = Season(key="a", start=datetime(2026, 1, 1, tzinfo=UTC), end=datetime(2026, 2, 1, tzinfo=UTC))
    assert found == {"laps": BoardOptions(order=Order.ASC, seasons=(season,))}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[boards.laps]\nordre = 'asc'", "boards.laps: no such option: ordre"),
        ("[boards.laps]\nties = [{attribute = 'a', oder = 'asc'}]", "no such option: ties.oder"),
        ("[boards.laps]\norder = 'up'", "boards.laps: Invalid enum value 'up'"),
        ("[boards.laps]\nmin_score = 1.5", "Expected `int`, got `float`"),
        ("[boards.laps]\nmin_score = 2\nmax_score = 1", "min_score must not be above max_score"),
        ("[boards.laps]\ntime_zone = 'Mars/Olympus'", "is not the name of an IANA time zone"),
        ("[boards.laps]\nseasons = [{key = 'a', start = 2026-01-01T00:00:00, end = 2026-02-01T00:00:00Z}]", "timezone"),
        ("[boards.laps]\npolicy = 'total'\nties = [{attribute = 'a'}]", "has no tie-breaks"),
        ("[boards.'/']", "a board's name is"),
        ("[boards.scores]", "'scores' is reserved"),
        ("boards.laps = 3", "Expected `object`, got `int`"),
        ("[boards]", "expected a table [boards.NAME]"),
        ("[laps]\norder = 'asc'", "expected a table [boards.NAME]"),
        ("version = 1\n[boards.laps]", "and nothing else"),
        ("[boards.laps", "Expected ']'"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(BoardFileError, match=r"boards\.toml: ") as refused:
        read_boards(written(tmp_path, text))
    assert says in str(refused.value)


@pytest.mark.parametrize("text", ["[]", "3", "{", '{"boards": []}', "[" * 100_000])
def test_json_that_is_no_table_of_boards_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(BoardFileError):
        read_boards(written(tmp_path, text, "boards.json"))


def test_a_file_that_is_not_there_or_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BoardFileError, match="No such file"):
        read_boards(tmp_path / "boards.toml")
    (tmp_path / "boards.toml").write_bytes(b"\xff")
    with pytest.raises(BoardFileError, match="can't decode"):
        read_boards(tmp_path / "boards.toml")


@pytest.mark.parametrize(
    "start",
    ["2026-10-31T22:00:00Z", "2026-11-01T00:00:00+02:00", "2026-11-01t03:45:00.000+05:45", "2026-10-31T22:00:00-00:00"],
)
@pytest.mark.parametrize("quoted", ["", '"'])
def test_where_only_the_offset_is_written_otherwise_nothing_changes(tmp_path: Path, start: str, quoted: str) -> None:
    text = f"[[boards.a.seasons]]\nkey = 's'\nstart = {quoted}{start}{quoted}\nend = 2026-12-01T00:00:00Z\n"
    wanted = read_boards(written(tmp_path, text))["a"]
    season = Season(key="s", start=datetime(2026, 10, 31, 22, tzinfo=UTC), end=datetime(2026, 12, 1, tzinfo=UTC))
    step = Step(board="a", has=BoardOptions(seasons=(season,)), wants=wanted)
    assert (step.verdict, list(step.lines())) == (Verdict.SAME, ["  same     a"])


def test_a_time_that_is_none_is_refused_by_the_rule_that_it_breaks(tmp_path: Path) -> None:
    text = "[[boards.a.seasons]]\nkey = 's'\nstart = '2026-11-01T00:00:00+0545'\nend = 2026-12-01T00:00:00Z\n"
    with pytest.raises(BoardFileError, match="with a colon"):
        read_boards(written(tmp_path, text))
    leap = text.replace("2026-11-01T00:00:00+0545", "2016-12-31T23:59:60Z")
    assert read_boards(written(tmp_path, leap))["a"].seasons[0].start == datetime(2017, 1, 1, tzinfo=UTC)
