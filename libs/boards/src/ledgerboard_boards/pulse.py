"""Look at a primary: who it is, and which beat it remembers.

Every primary holds a beat: a token, the token before it, and when it was taken by the record's clock. A beat lives in
the same memory as the boards, so it goes back as far as they do. A server that starts from older data has an older
beat, one that was emptied has none. Which beat was the last, and of which server, stands in the record, which does not
go back with the server. To compare the two is the watcher's part.

A look is one script: no restart comes between the beat and the name of the process that remembers it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ledgerboard_boards.codec import EPOCH
from ledgerboard_boards.keys import Keyspace
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.valkey import (
    Memory,
    PlacedKey,
    RedisClient,
    a_key_on_each_primary,
    information,
    learn_primaries,
    memory_of,
    primary_name,
    redis_errors,
)

_LOOK: Final = """#!lua flags=no-writes
return { redis.call('GET', KEYS[1]), redis.call('INFO', 'server', 'replication', 'stats', 'memory') }
"""

_REPLACE: Final = """#!lua flags=allow-oom
local info = redis.call('INFO', 'server', 'replication')
if string.match(info, 'run_id:(%x+)') ~= ARGV[1] or string.match(info, 'master_replid:(%x+)') ~= ARGV[2]
  or (redis.call('GET', KEYS[1]) or '') ~= ARGV[3] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[4])
return 1
"""
"""Takes the place of the beat that was looked at, where it was looked at, and of no other. A full server takes it: else
nobody could watch over one."""

_BEAT: Final = re.compile(rb"\A(\S+) (\S+) (\d+)\Z")
_NONE: Final = "-"
_NO_HISTORY: Final = re.compile(r"\A0+\Z")
_REPLICA: Final = "slave"


@dataclass(frozen=True, slots=True)
class Beat:
    """What a primary remembers. ``previous`` is the token of the beat before, None where there was none."""

    token: str
    previous: str | None
    beaten_at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """Which server it is: the process, and the history of its data. A promotion gives it another history."""

    run_id: str
    replication_id: str


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a primary, all of it of one moment.

    ``was_replica``: its data go on from another server's, which may still be written to. ``beat`` is None where it
    remembers none.
    """

    key: str
    primary: str
    identity: Identity
    was_replica: bool
    up_for: timedelta
    evicted_keys: int
    memory: Memory
    beat: Beat | None
    value: bytes


class RedisPulse:
    """The beats of a stage. Any number of watchers may keep them. Raises `UnavailableError` where Redis is down."""

    def __init__(self, client: RedisClient, stage: str) -> None:
        self._client = client
        self._keyspace = Keyspace(stage)
        self._prefix = f"ledgerboard/{stage}/beats"
        self._has_changed = False

    @redis_errors()
    def primaries(self) -> Sequence[PlacedKey]:
        """The primaries that there are, each with the key of its beat; learnt anew after a look that failed."""
        if self._has_changed:
            learn_primaries(self._client)
            self._has_changed = False
        return a_key_on_each_primary(self._client, self._prefix)

    def look(self, at: PlacedKey) -> Look:
        """A look at one of them. Raises `UnavailableError` too where it is no primary any more."""
        try:
            return self._look(at)
        except UnavailableError:
            self._has_changed = True
            raise

    @redis_errors()
    def _look(self, at: PlacedKey) -> Look:
        reply: Any = at.primary.eval(_LOOK, 1, at.key)
        value, text = reply
        facts = information(text)
        if facts["role"] == _REPLICA:
            raise UnavailableError(f"Redis: {at.primary_name or 'the server'} is a replica")
        return Look(
            key=at.key.decode(),
            primary=at.primary_name,
            identity=Identity(facts["run_id"], facts["master_replid"]),
            was_replica=not _NO_HISTORY.match(facts["master_replid2"]),
            up_for=timedelta(seconds=int(facts["uptime_in_seconds"])),
            evicted_keys=int(facts["evicted_keys"]),
            memory=memory_of(facts),
            beat=_beat(value or b""),
            value=value or b"",
        )

    @redis_errors()
    def beat(self, looked: Look, beat: Beat) -> bool:
        """Remember ``beat`` in place of the one that was looked at. Returns whether it was still there.

        It is not where a second watcher was faster, nor where the server has become another one since, or lost it.
        """
        value = f"{beat.token} {beat.previous or _NONE} {(beat.beaten_at - EPOCH) // timedelta(microseconds=1)}"
        identity = (looked.identity.run_id, looked.identity.replication_id)
        return bool(self._client.eval(_REPLACE, 1, looked.key, *identity, looked.value, value))

    def holds(self, looked: Look, board: str) -> bool:
        """Whether the primary of that look has the keys of ``board``."""
        return primary_name(self._client, self._keyspace.state(board)) == looked.primary


def _beat(value: bytes) -> Beat | None:
    """What no watcher of this release wrote is no beat."""
    found = _BEAT.match(value)
    if found is None:
        return None
    token, previous, micros = (part.decode() for part in found.groups())
    return Beat(token, None if previous == _NONE else previous, EPOCH + timedelta(microseconds=int(micros)))
