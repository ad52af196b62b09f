"""The last use of a key is told without a write for each request."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from ledgerboard_gateway.key_uses import KeyUses
from ledgerboard_testkit.memory import NOON
from ledgerboard_testkit.memory.dependency import Dependency

LATER = NOON + timedelta(seconds=1)


class Writes(Dependency):
    """What was written, statement by statement."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[Mapping[UUID, datetime]] = []

        self.meanwhile: Callable[[], object] = list

    def note_uses(self, used: Mapping[UUID, datetime]) -> None:
        self.meanwhile()
        self.answer()
        self.made.append(used)


def test_all_uses_since_the_last_time_are_one_write() -> None:
    writes, first, second = Writes(), uuid4(), uuid4()
    uses = KeyUses(writes)
    for _ in range(1000):
        uses.note(first, NOON)
    uses.note(second, NOON)
    uses.note(first, LATER)
    uses.flush()
    uses.flush()
    assert writes.made == [{first: LATER, second: NOON}]


def test_what_could_not_be_written_is_written_the_next_time_and_newer_uses_stand() -> None:
    writes, first, second = Writes(), uuid4(), uuid4()
    uses = KeyUses(writes)
    uses.note(first, NOON)
    uses.note(second, NOON)
    writes.available, writes.meanwhile = False, partial(uses.note, first, LATER)
    uses.flush()
    writes.available, writes.meanwhile = True, list
    uses.flush()
    assert writes.made == [{first: LATER, second: NOON}]


def test_what_is_left_is_written_at_the_end() -> None:
    writes, key_id = Writes(), uuid4()
    uses = KeyUses(writes, period_seconds=600)
    uses.start()
    uses.note(key_id, NOON)
    uses.close()
    assert writes.made == [{key_id: NOON}]
