"""The check says EXACT of a run that was, and NOT EXACT for each fault that is planted in its files."""

import ast
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from benchmarks.chaos.check import __main__ as check

NOON: Final = 1_795_262_400_000_000
"""2026-11-21, a Saturday, in microseconds."""
SECOND: Final = 1_000_000
DAY: Final = 86_400 * SECOND
CHECK: Final = Path(check.__file__).parent

Line = Any
Files = dict[str, list[Line]]


def event(number: int, at: int = NOON) -> str:
    """An id whose millisecond is that of ``at``."""
    digits = f"{at // 1_000:012x}"
    return f"{digits[:8]}-{digits[8:]}-7000-8000-{number:012x}"


def fact(number: int, board: str, player: str, score: int, **others: Any) -> Line:
    """A row of the ledger, a second after the one before."""
    at = others.get("at", NOON + number * SECOND)
    attributes = {"serial": number, **others.get("attributes", {})}
    return [
        event(number, at), board, 1, player, score, others.get("level"), at, attributes, others.get("session"),
        str(others.get("xid", 100 + number)),
    ]  # fmt: skip


def submission(row: Line, answer: str = "accepted") -> Line:
    event_id, board, _, player, score, level, _, attributes, session, _ = row
    return [
        attributes["serial"],
        board,
        player,
        score,
        level,
        session,
        answer,
        event_id if answer == "accepted" else None,
    ]


def view(
    board: str, *places: tuple[str, int, int], span: tuple[str, str] = ("all", "all"), scope: str = "board"
) -> Line:
    rows = [[rank, player, score, NOON + second * SECOND] for rank, (player, score, second) in enumerate(places)]
    return {
        "board": board, "period": span[0], "key": span[1], "scope": scope, "source": "boards", "problem": "",
        "rows": rows,
    }  # fmt: skip


def views(board: str, *places: tuple[str, int, int], scope: str = "board") -> list[Line]:
    """The same places in all four periods."""
    spans = [("all", "all"), ("month", "2026-11"), ("week", "2026-W47"), ("day", "2026-11-21")]
    return [view(board, *places, span=span, scope=scope) for span in spans]


TIES: Final = [{"attribute": "lives"}, {"attribute": "jumps", "order": "asc"}]
BEST: Final = [
    fact(1, "best", "ada", 70),
    fact(2, "best", "bob", 90),
    fact(3, "best", "ada", 80, level="ice"),
    fact(4, "best", "cy", 80),
    fact(5, "best", "ada", 60, level="fire"),
]
LAPS: Final = [
    fact(11, "laps", "ada", 30, attributes={"lives": 1, "jumps": 5}),
    fact(12, "laps", "bob", 30, attributes={"lives": 2, "jumps": 9}),
    fact(13, "laps", "cy", 30, attributes={"lives": 2, "jumps": 1}),
]
TOTAL: Final = [fact(21, "total", "ada", 2**53), fact(22, "total", "ada", 2**53), fact(23, "total", "bob", 1)]
LATEST: Final = [fact(31, "latest", "ada", 9), fact(32, "latest", "ada", 3), fact(33, "latest", "bob", 5)]
PLAYS: Final = [fact(41, "plays", "ada", 5), fact(42, "plays", "ada", 5), fact(43, "plays", "bob", 6)]


@pytest.fixture
def files() -> Files:
    """A run that was exact: a board of each policy, one with ties, one with sums over levels."""
    rows = [*BEST, *LAPS, *TOTAL, *LATEST, *PLAYS]
    return {
        "facts": rows,
        "submissions": [submission(row) for row in rows],
        "definitions": [
            ["best", 1, True, {"policy": "best", "level_total_view": True}],
            ["laps", 1, True, {"policy": "best", "order": "asc", "ties": TIES}],
            ["total", 1, True, {"policy": "total"}],
            ["latest", 1, True, {"policy": "latest"}],
            ["plays", 1, True, {"policy": "plays"}],
        ],
        "standings": [
            *views("best", ("bob", 90, 2), ("ada", 80, 3), ("cy", 80, 4)),
            *views("best", ("ada", 80, 3), scope="level:ice"),
            *views("best", ("ada", 60, 5), scope="level:fire"),
            *views("best", ("ada", 140, 5), scope="levels"),
            *views("laps", ("cy", 30, 13), ("bob", 30, 12), ("ada", 30, 11)),
            *views("total", ("ada", 2**54, 22), ("bob", 1, 23)),
            *views("latest", ("bob", 5, 33), ("ada", 3, 32)),
            *views("plays", ("bob", 6, 43), ("ada", 5, 41), ("ada", 5, 42)),
        ],
    }


@pytest.fixture
def verdict(files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What the program says of the files."""

    def said() -> str:
        (tmp_path / "run.json").write_text(json.dumps({"read_at": NOON + 3_600 * SECOND}))
        for name, lines in files.items():
            (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        code = check.main([str(tmp_path)])
        words = capsys.readouterr().out
        assert words.splitlines()[-1].startswith("NOT EXACT: " if code else "EXACT: ")
        return words

    return said


def the_view(files: Files, board: str, period: str = "all", scope: str = "board") -> Line:
    return next(
        each for each in files["standings"] if (each["board"], each["period"], each["scope"]) == (board, period, scope)
    )


def test_an_exact_run_is_called_exact(verdict: Callable[[], str]) -> None:
    assert verdict().startswith("EXACT")


def test_a_score_that_the_boards_lost_is_found(files: Files, verdict: Callable[[], str]) -> None:
    del the_view(files, "plays")["rows"][1]
    assert "plays all all board: 2 places for 3; expected and not shown 1" in verdict()


def test_a_total_that_counts_a_score_twice_is_found(files: Files, verdict: Callable[[], str]) -> None:
    the_view(files, "total")["rows"][1][2] = 2
    assert "shown and not expected 1: [('bob', 2," in verdict()


def test_a_great_sum_that_is_off_by_one_is_found(files: Files, verdict: Callable[[], str]) -> None:
    the_view(files, "total")["rows"][0][2] += 1
    assert verdict().startswith("  total all all board")


def test_a_wrong_order_of_ties_is_found(files: Files, verdict: Callable[[], str]) -> None:
    rows = the_view(files, "laps")["rows"]
    rows[0][1:], rows[1][1:] = rows[1][1:], rows[0][1:]
    assert "laps all all board: the 3 places are right and stand in a wrong order" in verdict()


def test_ranks_that_are_not_numbered_through_are_found(files: Files, verdict: Callable[[], str]) -> None:
    the_view(files, "laps")["rows"][2][0] = 7
    assert "its ranks are not" in verdict()


def test_a_play_in_the_wrong_period_is_found(files: Files, verdict: Callable[[], str]) -> None:
    row = fact(6, "best", "dan", 10, at=NOON - DAY)
    files["facts"].append(row)
    files["submissions"].append(submission(row))
    for each in files["standings"]:
        if each["board"] == "best" and each["scope"] == "board":
            each["rows"].append([3, "dan", 10, NOON - DAY])
    words = verdict()
    assert "best day 2026-11-21 board: 4 places for 3" in words
    assert "best day 2026-11-20 board: nobody read it, and 1 places are expected" in words
    assert "best week" not in words


def test_a_day_is_that_of_the_boards_time_zone(files: Files, verdict: Callable[[], str]) -> None:
    files["definitions"][0][3]["time_zone"] = "Pacific/Kiritimati"  # 14 hours ahead: the next day.
    assert "best day 2026-11-22 board: nobody read it" in verdict()


def test_a_view_of_levels_that_differs_is_found(files: Files, verdict: Callable[[], str]) -> None:
    the_view(files, "best", "week", "levels")["rows"][0][2] = 80
    assert "best week 2026-W47 levels" in verdict()


def test_a_latest_play_that_is_not_the_latest_is_found(files: Files, verdict: Callable[[], str]) -> None:
    the_view(files, "latest")["rows"] = [[0, "ada", 9, NOON + 31 * SECOND], [1, "bob", 5, NOON + 33 * SECOND]]
    assert "latest all all board" in verdict()


def test_a_board_that_the_ledger_answers_for_is_found(files: Files, verdict: Callable[[], str]) -> None:
    the_view(files, "total")["source"] = "ledger"
    assert "total all all board: the boards do not show it" in verdict()


def test_a_view_that_cannot_be_read_is_found(files: Files, verdict: Callable[[], str]) -> None:
    the_view(files, "total")["problem"] = "503 unavailable"
    assert "total all all board: 503 unavailable" in verdict()


@pytest.mark.parametrize(
    ("corrections", "places"),
    [
        ([["c-1", "void", "plays", "ada", event(41, NOON + 41 * SECOND), NOON, "1"]], [("bob", 6, 43), ("ada", 5, 42)]),
        ([["c-1", "ban", "plays", "ada", None, NOON, "1"]], [("bob", 6, 43)]),
        ([["c-1", "ban", None, "ada", None, NOON, "1"], ["c-2", "unban", "plays", "ada", None, NOON, "1"]],
         [("bob", 6, 43)]),
        ([["c-1", "reset", "plays", None, None, NOON + 42 * SECOND, "1"]], [("bob", 6, 43)]),
        ([["c-1", "delete", "plays", None, None, NOON + 43 * SECOND, "1"]], []),
        ([["c-1", "erase", None, "ada", None, NOON + 41 * SECOND, "1"]], [("bob", 6, 43), ("ada", 5, 42)]),
        ([["c-2", "unban", "plays", "ada", None, NOON, "1"], ["c-1", "ban", "plays", "ada", None, NOON, "1"]],
         [("bob", 6, 43), ("ada", 5, 41), ("ada", 5, 42)]),
    ],
)  # fmt: skip
def test_what_a_correction_takes_out_counts_nowhere(
    files: Files, verdict: Callable[[], str], corrections: list[Line], places: list[tuple[str, int, int]]
) -> None:
    files["facts"], files["submissions"] = list(PLAYS), [submission(row) for row in PLAYS]
    files["definitions"] = files["definitions"][-1:]
    files["corrections"], files["standings"] = corrections, views("plays", *places)
    assert verdict().startswith("EXACT")
    files["standings"] = views("plays", ("bob", 6, 43), ("ada", 5, 41), ("ada", 5, 42), ("cy", 1, 44))
    assert verdict().startswith("  plays")


def test_what_was_accepted_and_is_nowhere_is_found(files: Files, verdict: Callable[[], str]) -> None:
    files["submissions"].append(submission(fact(51, "best", "dan", 1)))
    assert "1 accepted scores are not in the ledger" in verdict()
    files["archived"] = [[event(51, NOON + 51 * SECOND)]]
    assert verdict().startswith("EXACT")


def test_what_nobody_answered_may_be_in_the_ledger_or_not(files: Files, verdict: Callable[[], str]) -> None:
    files["submissions"] = [
        submission(row, "unanswered" if row[0] == BEST[3][0] else "accepted") for row in files["facts"]
    ]
    files["submissions"].append(submission(fact(51, "best", "dan", 1), "unanswered"))
    assert verdict().startswith("EXACT")


def test_a_score_that_is_recorded_twice_is_found(files: Files, verdict: Callable[[], str]) -> None:
    files["facts"].append([event(99, NOON + 9 * SECOND), *PLAYS[0][1:]])
    assert "1 scores are in the ledger more than once: [41]" in verdict()


def test_a_fact_that_nobody_asked_for_is_found(files: Files, verdict: Callable[[], str]) -> None:
    files["submissions"] = [each for each in files["submissions"] if each[0] != 22]
    assert "1 facts in the ledger were never asked for" in verdict()
    files["submissions"].append(submission(TOTAL[1], "refused"))
    assert "1 facts in the ledger were never asked for" in verdict()


def test_a_fact_that_is_not_what_was_submitted_is_found(files: Files, verdict: Callable[[], str]) -> None:
    files["submissions"][0][3] = 71
    assert "1 facts are not what was submitted" in verdict()


def test_a_correction_that_got_lost_is_found(files: Files, verdict: Callable[[], str]) -> None:
    files["asked"] = [["c-1", "ban ada"]]
    assert "1 accepted corrections are not in the ledger: ['ban ada c-1']" in verdict()


def test_an_import_that_is_done_and_not_there_is_found(files: Files, verdict: Callable[[], str]) -> None:
    files["imports"] = [[event(77), False]]
    assert verdict().startswith("EXACT")
    files["imports"].append([event(77), True])
    assert "1 imported facts are not in the ledger" in verdict()


def test_a_refusal_without_a_reason_is_found(files: Files, verdict: Callable[[], str]) -> None:
    files["submissions"].append(submission(fact(51, "best", "dan", 1)))
    files["rejections"] = [[event(51, NOON + 51 * SECOND), "best", 1, "dan", 1, NOON, "session_closed"]]
    assert "1 scores were refused without a reason" in verdict()
    files["rejections"][0][6] = "score_below_minimum"
    files["definitions"][0][3]["min_score"] = 2
    assert verdict().startswith("EXACT")


def test_a_fact_from_after_its_session_closed_is_found(files: Files, verdict: Callable[[], str]) -> None:
    row = fact(61, "managed", "ada", 5, session="match")
    files["facts"].append(row)
    files["submissions"].append(submission(row))
    files["definitions"].append(["managed", 1, True, {"policy": "best", "managed_sessions": True}])
    files["standings"] += views("managed", ("ada", 5, 61))
    files["standings"].append(view("managed", ("ada", 5, 61), scope="session:match"))
    files["sessions"] = [["managed", "match", NOON + 61 * SECOND]]
    assert verdict().startswith("EXACT")
    files["sessions"][0][2] -= 1
    assert "1 facts break the rules of their board" in verdict()


def test_final_places_are_those_of_the_closings_snapshot(files: Files, verdict: Callable[[], str]) -> None:
    """The second play came after the snapshot, and a third was under way in it."""
    season = {"key": "s1", "start": "2026-11-21T00:00:00+00:00", "end": "2026-11-21T18:00:00+00:00"}
    files["definitions"][2][3]["seasons"] = [season]
    files["standings"] += [view("total", ("ada", 2**54, 22), ("bob", 1, 23), span=("season", "s1"))]
    files["closings"] = [[1, "total", "season", "s1", NOON - DAY, NOON + DAY, 1, "122:124:122"]]
    files["finals"] = [[1, 0, "ada", 2**53, NOON + 21 * SECOND], [1, 1, "bob", 1, NOON + 23 * SECOND]]
    assert verdict().startswith("EXACT")
    files["finals"][0][3] += 2**53
    assert "total season s1, closed as 1: 2 final places are not the 2 of its snapshot" in verdict()


def test_a_folder_without_a_run_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main([str(tmp_path)]) == 2
    assert "holds no run" in capsys.readouterr().err


def test_the_check_knows_nothing_of_the_product_nor_of_the_rest_of_chaos() -> None:
    imported = {
        name
        for path in CHECK.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        )
    }  # fmt: skip
    assert not {
        name
        for name in imported
        if not name.startswith("benchmarks.chaos.check") and name.split(".")[0] not in sys.stdlib_module_names
    }
