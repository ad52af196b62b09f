"""Keys are known without a question for each request, soon after every change, and through an outage."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from ledgerboard_gateway.key_desk import KeyDesk, ToldKey, WantedKey
from ledgerboard_gateway.key_texts import read_key
from ledgerboard_gateway.key_uses import KeyUses
from ledgerboard_gateway.principals import Principal, Role
from ledgerboard_gateway.server_keys import LOOKUPS_A_SECOND, REFUSED, ServerKeys
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import KeyRecord
from ledgerboard_testkit.memory import FixedClock, MemoryServerKeys
from ledgerboard_testkit.polling import eventually

HOUR = timedelta(hours=1)
MAKER = Principal(subject="key:maker", roles=frozenset({Role.MANAGER}))

Happening = Callable[[], object]


class Replicas:
    """A process that makes keys, and another one that is shown them."""

    def __init__(self) -> None:
        self.record, self.clock, self.seconds = MemoryServerKeys(), FixedClock(), 0.0
        self.uses = KeyUses(self.record, 60)
        self.known = ServerKeys(self.record, self.uses, self.clock, 5, monotonic=lambda: self.seconds)
        self.desk = KeyDesk(self.record, self.clock, new_uuid7, lambda: None, HOUR)

    def make(self, *scopes: str, life: timedelta | None = None) -> ToldKey:
        ends = None if life is None else self.clock.now() + life
        wanted = WantedKey(name="eu-1", scopes=scopes or ("submit",), expires_at=ends)
        return self.desk.create(wanted, MAKER)

    def knows(self, key: str) -> bool:
        return self.known.find(key) is not None


@pytest.fixture
def replicas() -> Replicas:
    return Replicas()


def other(key: str) -> str:
    """As long, of the same id, and not the key."""
    return key[:-43] + secrets.token_urlsafe(32)


def test_a_key_tells_its_id_and_is_never_kept(replicas: Replicas) -> None:
    told = replicas.make()
    shown = read_key(told.key)
    assert shown is not None
    assert (shown.key_id, shown.digest) == (told.record.key_id, told.record.digest)
    assert told.key not in repr(replicas.record.kept)
    assert len({replicas.make().key[-43:] for _ in range(50)}) == 50


@pytest.mark.parametrize("junk", ["", "lbk_", "lbk_x", f"lbk_{'0' * 32}_", f"lbk_{'0' * 32}_{'ä' * 43}", "x" * 80])
def test_what_does_not_look_like_a_key_asks_nobody(replicas: Replicas, junk: str) -> None:
    assert replicas.known.find(junk) is None
    assert replicas.record.asked == 0


def test_a_new_key_is_looked_up_once_and_then_known(replicas: Replicas) -> None:
    told = replicas.make("submit", "read")
    for _ in range(3):
        found = replicas.known.find(told.key)
        assert found is not None
        assert (found.key_id, found.scopes) == (str(told.record.key_id), frozenset({"submit", "read"}))
    assert replicas.record.asked == 1


def test_what_was_read_with_the_list_is_never_looked_up(replicas: Replicas) -> None:
    told = replicas.make()
    replicas.known.refresh()
    assert replicas.knows(told.key)
    assert replicas.record.asked == 0


def test_another_secret_of_a_known_key_opens_nothing_and_is_looked_up_once(replicas: Replicas) -> None:
    told = replicas.make()
    replicas.known.refresh()
    wrong = other(told.key)
    assert not any(replicas.knows(wrong) for _ in range(3))
    assert replicas.record.asked == 1


def test_a_revoked_key_is_refused_from_the_next_reading_on(replicas: Replicas) -> None:
    told = replicas.make()
    assert replicas.knows(told.key)
    replicas.desk.revoke(told.record.key_id)
    replicas.known.refresh()
    assert not replicas.knows(told.key)


def test_a_key_ends_at_its_end_without_a_reading(replicas: Replicas) -> None:
    told = replicas.make(life=HOUR)
    assert replicas.knows(told.key)
    replicas.clock.advance(HOUR)
    assert not replicas.knows(told.key)


def test_both_secrets_are_good_during_an_overlap_and_only_the_new_one_after_it(replicas: Replicas) -> None:
    told = replicas.make()
    replicas.known.refresh()
    rotated = replicas.desk.rotate(told.record.key_id, None, MAKER)
    assert rotated is not None
    assert replicas.knows(rotated.key), "before the next reading"
    assert replicas.knows(told.key)
    replicas.known.refresh()
    assert replicas.knows(told.key)
    assert replicas.knows(rotated.key)
    replicas.clock.advance(HOUR)
    assert not replicas.knows(told.key)
    assert replicas.knows(rotated.key)


def test_a_rotation_without_an_overlap_ends_the_secret_before_it(replicas: Replicas) -> None:
    told = replicas.make()
    replicas.known.refresh()
    rotated = replicas.desk.rotate(told.record.key_id, timedelta(0), MAKER)
    replicas.known.refresh()
    assert rotated is not None
    assert (replicas.knows(told.key), replicas.knows(rotated.key)) == (False, True)


def test_while_the_record_is_down_known_keys_go_on_and_of_others_nobody_can_tell(replicas: Replicas) -> None:
    told = replicas.make()
    replicas.known.refresh()
    unknown = replicas.make()
    replicas.record.available = False
    replicas.known.refresh()
    assert replicas.knows(told.key)
    with pytest.raises(UnavailableError):
        replicas.known.find(unknown.key)
    replicas.record.available = True
    assert replicas.knows(unknown.key)


def test_junk_cannot_hammer_the_record_and_a_new_key_is_good_from_the_next_reading_on(replicas: Replicas) -> None:
    told = replicas.make()
    for number in range(1000):
        replicas.seconds = number / 100
        assert not replicas.knows(other(told.key))
    assert replicas.record.asked == 10 * LOOKUPS_A_SECOND
    assert not replicas.knows(told.key)
    replicas.known.refresh()
    assert replicas.knows(told.key)


def test_junk_cannot_fill_the_memory(replicas: Replicas) -> None:
    told = replicas.make()
    for number in range(REFUSED + 100):
        replicas.seconds = number
        replicas.knows(other(told.key))
    assert replicas.record.asked == REFUSED + 100
    assert len(replicas.known._refused) == REFUSED  # noqa: SLF001 -- what grows is seen nowhere else.


class SlowRecord(MemoryServerKeys):
    """Something happens between the record's answer and its arrival."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Happening = list

    def get(self, key_id: UUID) -> KeyRecord | None:
        found = super().get(key_id)
        self.meanwhile()
        return found


def test_a_look_up_that_a_revocation_overtakes_is_not_remembered(replicas: Replicas) -> None:
    slow = SlowRecord()
    replicas.desk = KeyDesk(slow, replicas.clock, new_uuid7, lambda: None, HOUR)
    told = replicas.make()
    replicas.known = ServerKeys(slow, replicas.uses, replicas.clock, 5)

    def revoke() -> None:
        replicas.desk.revoke(told.record.key_id)
        replicas.known.refresh()

    slow.meanwhile = revoke
    replicas.known.find(told.key)
    slow.meanwhile = list
    assert not replicas.knows(told.key)


def test_the_list_is_read_again_by_itself(replicas: Replicas) -> None:
    known = ServerKeys(replicas.record, replicas.uses, replicas.clock, 0.01)
    told = replicas.make()
    known.start()
    eventually(lambda: known.rate(str(told.record.key_id)) is None and known.find(told.key) is not None)
    replicas.desk.revoke(told.record.key_id)
    eventually(lambda: known.find(told.key) is None, what="a refusal")
    known.close()


def test_that_there_is_an_admin_key_is_known_with_the_next_reading_and_stays_known(replicas: Replicas) -> None:
    assert not replicas.known.has_admin()
    told = replicas.make("admin")
    replicas.known.refresh()
    assert replicas.known.has_admin()
    replicas.record.revoke(told.record.key_id, replicas.clock.now())
    replicas.known.refresh()
    assert replicas.known.has_admin()


def test_before_the_first_reading_the_record_is_asked_for_an_admin_key(replicas: Replicas) -> None:
    replicas.make("admin")
    replicas.record.available = False
    with pytest.raises(UnavailableError):
        replicas.known.has_admin()
    replicas.record.available = True
    assert replicas.known.has_admin()
