"""Who holds a state folder, and what it tells others."""

from pathlib import Path

import pytest

from ledgerboard_dev.state import HeldError, Record, State

RECORD: Record = {"pid": 1, "gateway_url": "http://127.0.0.1:1", "admin_key_file": "key", "environment_file": "e"}


def test_a_state_that_was_never_held_has_no_holder_and_no_record(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    assert state.holder() is None
    assert state.record() is None
    assert not state.stop_holder(1)


def test_only_one_launcher_holds_a_state(tmp_path: Path) -> None:
    with State(tmp_path).held(), pytest.raises(HeldError, match="already running"), State(tmp_path).held():
        pass


def test_a_record_is_told_only_while_its_stack_is_held(tmp_path: Path) -> None:
    state = State(tmp_path)
    with state.held():
        assert State(tmp_path).record() is None
        state.publish(RECORD)
        assert State(tmp_path).record() == RECORD
    assert State(tmp_path).record() is None


def test_a_record_that_a_killed_launcher_left_is_not_believed(tmp_path: Path) -> None:
    State(tmp_path).publish(RECORD)
    assert State(tmp_path).record() is None


def test_purging_removes_the_folder_and_the_database_that_lives_elsewhere(tmp_path: Path) -> None:
    elsewhere, home = tmp_path / "elsewhere", tmp_path / "state"
    (elsewhere / "data").mkdir(parents=True)
    (home / "servers" / "postgres").mkdir(parents=True)
    (home / "servers" / "postgres" / "postgres-place").write_text(str(elsewhere))
    State(home).purge()
    assert not home.exists()
    assert not elsewhere.exists()
