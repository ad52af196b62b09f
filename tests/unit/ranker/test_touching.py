"""Notes come before what is written, are not too old for it, and are not forgotten while they cannot be made."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ranker.touching import EVERY, OLDEST, OwedNotes, Touching
from ledgerboard_testkit.polling import eventually

EVERY_SECONDS, OLDEST_SECONDS = EVERY.total_seconds(), OLDEST.total_seconds()


@dataclass
class MemoryTouches:
    """Keeps each note, and lets time pass while it is made."""

    noted: list[list[str]] = field(default_factory=list)
    now: float = 1000.0
    takes_seconds: float = 0.0
    down: bool = False
    tries: int = 0

    def note(self, boards: Iterable[str]) -> None:
        self.tries += 1
        self.now += self.takes_seconds
        if self.down:
            raise UnavailableError("down")
        self.noted.append(sorted(boards))


@pytest.fixture
def touches() -> MemoryTouches:
    return MemoryTouches()


@pytest.fixture
def touching(touches: MemoryTouches) -> Touching:
    return Touching(touches, monotonic=lambda: touches.now)


def test_a_board_is_noted_again_once_its_note_is_half_a_minute_old(touches: MemoryTouches, touching: Touching) -> None:
    touching.touch(["a", "b"])
    touches.now += EVERY_SECONDS
    touching.touch(["a", "c"])
    touches.now += 0.1
    touching.touch(["a", "c"])
    assert touches.noted == [["a", "b"], ["c"], ["a"]]


def test_what_was_written_too_long_after_its_note_is_not_confirmed(touches: MemoryTouches, touching: Touching) -> None:
    touching.touch(["a", "b"])
    touches.now += OLDEST_SECONDS
    touching.confirm(["a", "b"])
    touching.touch(["b"])
    touches.now += 0.1
    touching.confirm(["b"])
    with pytest.raises(UnavailableError, match="1 boards"):
        touching.confirm(["a", "b"])
    touching.touch(["a"])
    touching.confirm(["a", "b"])


def test_a_note_is_as_old_as_the_try_that_made_it(touches: MemoryTouches, touching: Touching) -> None:
    touches.takes_seconds = OLDEST_SECONDS + 1
    touching.touch(["a"])
    with pytest.raises(UnavailableError):
        touching.confirm(["a"])


def test_what_was_never_noted_is_not_confirmed(touching: Touching) -> None:
    with pytest.raises(UnavailableError):
        touching.confirm(["a"])


def test_an_owed_note_holds_nobody_up_and_is_made_later(touches: MemoryTouches, touching: Touching) -> None:
    touches.down = True
    touching.touch(["a"])
    touching.touch(["b"])
    touching.confirm(["a", "b"])
    assert touches.tries == 1  # Nobody waits for what is known to be down.
    assert not touching.note_owed()
    touches.down = False
    assert touching.note_owed()
    assert touches.noted == [["a", "b"]]
    assert touching.note_owed()
    touching.touch(["a", "b"])
    assert touches.noted == [["a", "b"]]
    touches.now += OLDEST_SECONDS + 1
    with pytest.raises(UnavailableError):
        touching.confirm(["a"])


def test_owed_notes_go_with_the_next_one_too(touches: MemoryTouches, touching: Touching) -> None:
    touches.down = True
    touching.touch(["a"])
    touches.down = False
    touches.now += EVERY_SECONDS
    touching.touch(["b"])
    assert touches.noted == [["a", "b"]]


def test_owed_notes_are_made_without_another_message(touches: MemoryTouches, touching: Touching) -> None:
    touches.down = True
    touching.touch(["a"])
    with OwedNotes(touching, every_seconds=0.001):
        eventually(lambda: touches.tries > 3, what="some tries")
        touches.down = False
        eventually(lambda: touches.noted, what="the note")
    assert touches.noted == [["a"]]


def test_owed_notes_are_tried_once_more_at_the_end(touches: MemoryTouches, touching: Touching) -> None:
    touches.down = True
    touching.touch(["a"])
    with OwedNotes(touching, every_seconds=3600):
        touches.down = False
    assert touches.noted == [["a"]]


def test_a_defect_does_not_end_the_making_of_owed_notes(touches: MemoryTouches, touching: Touching) -> None:
    touches.down = True
    touching.touch(["a"])
    failed = list[int]()

    def broken() -> bool:
        failed.append(1)
        if len(failed) < 3:
            raise ZeroDivisionError
        touches.down = False
        return Touching.note_owed(touching)

    touching.note_owed = broken  # type: ignore[method-assign]
    with OwedNotes(touching, every_seconds=0.001):
        eventually(lambda: touches.noted, what="the note")
