"""What new rules of a time zone do to boards that were folded by the old ones, and who mends it.

A day of a board begins where the package tzdata says, in every process: folds, reads, closings and comparisons take it
from there. So boards change with the image, and a rebuild under the new one makes them right. As long as one ranker has
the old rules, it folds by them.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from ledgerboard_contracts import BoardOptions, Fact, calendars, periods
from ledgerboard_history.proof.comparing import Comparison
from ledgerboard_history.proof.reconciling import Patience, Reconciliation
from ledgerboard_history.proof.traffic import UnderWay
from ledgerboard_ledger import SqlFold
from ledgerboard_ledger.drawn import DrawnViews
from ledgerboard_ranker.rebuilder.rebuilding import Outcome
from ledgerboard_testkit.plays import make_fact
from tests.integration.ranker.rebuild_scene import Scene

OPTIONS = BoardOptions(time_zone="Europe/Paris")
EVENING = (datetime.now(UTC) - timedelta(days=1)).replace(hour=18, minute=0)
"""Of one day by the old rules, and of the next by the new ones."""


class NothingUnderWay:
    def under_way(self) -> UnderWay:
        return UnderWay(0, 0)


@pytest.fixture(scope="module")
def new_rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree of packages with another tzdata, in which Paris has the time of Tokyo."""
    found = importlib.util.find_spec("tzdata")
    assert found is not None
    assert found.origin is not None
    tree = tmp_path_factory.mktemp("new-rules")
    shutil.copytree(Path(found.origin).parent, tree / "tzdata")
    zones = tree / "tzdata" / "zoneinfo"
    shutil.copy(zones / "Asia" / "Tokyo", zones / "Europe" / "Paris")
    return tree


@contextmanager
def image_with(tree: Path) -> Iterator[None]:
    """As in a process that was started with these rules."""
    sys.path.insert(0, str(tree))
    _forget()
    try:
        yield
    finally:
        sys.path.remove(str(tree))
        _forget()


def _forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "tzdata"]:
        del sys.modules[name]
    for module in (calendars, periods):
        for each in vars(module).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()


@pytest.fixture(scope="module")
def scene(redis_url: str, fresh_database: str) -> Iterator[Scene]:
    scene = Scene(redis_url, fresh_database, f"test-{uuid4().hex[:12]}")
    yield scene
    scene.close()


def _evening(count: int) -> list[Fact]:
    return [make_fact(f"player-{number}", number, EVENING) for number in range(count)]


def _differing(scene: Scene, board: str) -> set[str]:
    comparison = Comparison(scene.boards, DrawnViews(scene.engine), SqlFold(scene.engine), scene.clock)
    patience = Patience(pause=timedelta(seconds=0.1), settle=timedelta(seconds=0.1), most=timedelta(seconds=10))
    result = Reconciliation(
        scene.states, scene.definitions, comparison, NothingUnderWay(), scene.clock, pause=time.sleep, patience=patience
    ).reconcile(board)
    assert (result.is_live, result.unsettled) == (True, 0)
    return {where.view for where in result.differences}


def test_a_board_is_right_again_once_all_images_have_the_new_rules_and_it_was_rebuilt(
    scene: Scene, new_rules: Path
) -> None:
    board = scene.board(time_zone=OPTIONS.time_zone)
    scene.play(board, _evening(5))
    assert _differing(scene, board) == set()
    with image_with(new_rules):
        days = {f"{(EVENING + timedelta(days=step)).date().isoformat()}:board" for step in (0, 1)}
        assert _differing(scene, board) >= days, "nobody has rebuilt it"
        scene.request(board)
        assert scene.rebuild_all() == [Outcome.FINISHED]
        assert _differing(scene, board) == set()
        scene.play(board, _evening(3))
        assert _differing(scene, board) == set()
    late = _evening(7)
    scene.play(board, late)
    with image_with(new_rules):
        assert _differing(scene, board), "a ranker with the old rules folded something"
        scene.request(board)
        scene.rebuild_all()
        assert _differing(scene, board) == set()


def test_the_rules_of_the_machine_count_for_nothing(new_rules: Path) -> None:
    """Neither PYTHONTZPATH nor what the image installs beside Python makes two services disagree."""
    program = (
        "from datetime import date; from ledgerboard_contracts.calendars import start_of_day;"
        " print(start_of_day(date(2026, 11, 30), 'Europe/Paris'))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program], env=os.environ | more, capture_output=True, text=True, check=True
        ).stdout
        for more in ({}, {"PYTHONTZPATH": str(new_rules / "tzdata" / "zoneinfo"), "TZ": "Asia/Tokyo"})
    ]
    assert told == ["2026-11-29 23:00:00+00:00\n"] * 2
