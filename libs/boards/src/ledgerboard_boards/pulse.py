"""Notice that a server lost data: emptied, started from an older file, or replaced by a replica that was behind.

Every primary holds a beat: when it was written, and by which process of the server it was taken. A beat lives in the
same memory as the boards, so it goes back as far as they do: a server that starts from older data has the older beat
and another process id, a server that was emptied has none. So the beat itself tells how much is in doubt, and whoever
watches may have been away meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from ledgerboard_boards.codec import EPOCH
from ledgerboard_boards.keys import Keyspace
from ledgerboard_infra.valkey import PlacedKey, RedisClient, a_key_on_each_primary, primary_name, redis_errors

_REPLACE: Final = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2])
return 1
"""
"""Takes the place of the beat that was looked at, and of no other."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One look at a primary. ``beaten_at`` is what its beat says, None where it has none.

    ``continuous``: the server still is the process that took the beat, so nothing went from it since.
    """

    key: bytes
    primary: str
    process: str
    value: bytes
    beaten_at: datetime | None
    continuous: bool


class RedisPulse:
    """The beats of a stage. Any number of watchers may keep them. Raises `UnavailableError` where Redis is down."""

    def __init__(self, client: RedisClient, stage: str) -> None:
        self._client = client
        self._keyspace = Keyspace(stage)
        self._prefix = f"ledgerboard/{stage}/beat"

    @redis_errors()
    def look(self) -> Sequence[Beat]:
        """A look at each primary.

        The beat is read before the process id is asked for. The other way round, a restart in between would show an
        older beat beside the older id, which looks like no loss at all.
        """
        return [self._look(each) for each in a_key_on_each_primary(self._client, self._prefix)]

    @redis_errors()
    def beat(self, looked: Beat, now: datetime) -> bool:
        """Say that all was well up to ``now``, which must be a moment before `look`.

        Says nothing where the beat is another one by now: a second watcher was faster, or the server lost it since.
        Returns whether it said so.
        """
        value = f"{looked.process} {(now - EPOCH) // timedelta(microseconds=1)} {uuid4().hex}".encode()
        return bool(self._client.eval(_REPLACE, 1, looked.key, looked.value, value))

    def holds(self, looked: Beat, board: str) -> bool:
        """Whether the primary of that look has the keys of ``board``."""
        return primary_name(self._client, self._keyspace.state(board)) == looked.primary

    def _look(self, at: PlacedKey) -> Beat:
        value: Any = at.primary.get(at.key) or b""
        facts: Any = at.primary.info("server")
        process, _, rest = value.decode().partition(" ")
        beaten_at = EPOCH + timedelta(microseconds=int(rest.partition(" ")[0])) if value else None
        now_process = facts["run_id"]
        return Beat(at.key, at.primary_name, now_process, value, beaten_at, process == now_process)
