"""What is known of boards while another lane of the same process forgets it."""

from collections.abc import Mapping, Sequence

import pytest

from ledgerboard_boards import BoardState, GenerationState
from ledgerboard_ranker import known
from ledgerboard_ranker.known import KnownStates

STATE = BoardState(1, 1, (GenerationState(1, 1),))


class OtherLane:
    """While one lane asks for what it misses, the other one is refused a fold and forgets what both knew."""

    def __init__(self) -> None:
        self.lane: KnownStates | None = None

    def get_many(self, boards: Sequence[str]) -> Mapping[str, BoardState]:
        if self.lane is not None:
            self.lane.forget(["chess"])
        return dict.fromkeys(boards, STATE)

    def ensure(self, board: str, board_version: int) -> BoardState:
        raise AssertionError(board, board_version)


def test_what_another_lane_forgets_meanwhile_is_still_answered() -> None:
    states = OtherLane()
    lane = states.lane = KnownStates(states, states)
    lane.of({"chess": 1})
    assert set(lane.of({"chess": 1, "race": 1})) == {"chess", "race"}


def test_forgetting_all_because_there_are_too_many_forgets_none_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(known, "_MOST_BOARDS", 2)
    states = OtherLane()
    asked = {"chess": 1, "race": 1, "sums": 1}
    assert set(KnownStates(states, states).of(asked)) == set(asked)
