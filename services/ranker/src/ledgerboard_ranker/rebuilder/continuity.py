"""Judge whether a primary still has everything that was written to it.

It has if it remembers the last beat that the record knows of, or the one after it; if it is the process of which that
beat was taken, in the same history; and if it evicted nothing since. A server that lost something fails one of these.
One that started anew is another process, one that was a replica for a while has another history, and one that was
emptied or went back in any other way does not remember the beat.
"""

from datetime import datetime, timedelta

from ledgerboard_boards import Look
from ledgerboard_ledger import Doubt, KnownBeat, TakenBeat


def doubt_of(known: KnownBeat, looked: Look, now: datetime, window: timedelta) -> Doubt | None:
    """What is in doubt, or None: nothing is.

    How far the data went back, the beat tells that went back with them. What was written up to ``window`` before it may
    have been noted before it and written after it. Of evicted keys, and of data from before the first beat, nothing
    tells: then all is in doubt. ``now`` is a moment before the look.
    """
    last, beat = known.last, looked.beat
    if last is None:
        began = now if beat is None else min(now, beat.beaten_at)
        return Doubt(None if looked.evicted_keys else began - window, is_elsewhere=looked.was_replica)
    has_evicted = looked.evicted_keys > _evicted_before(last, looked)
    if beat is not None and last.token in {beat.token, beat.previous} and _is_same(last, looked) and not has_evicted:
        return None
    is_all = beat is None or has_evicted
    since = None if beat is None or is_all else min(beat.beaten_at, last.beaten_at) - window
    return Doubt(since, is_elsewhere=_is_elsewhere(last, looked, now))


def _is_same(last: TakenBeat, looked: Look) -> bool:
    return (looked.identity.run_id, looked.identity.replication_id) == (last.run_id, last.replication_id)


def _evicted_before(last: TakenBeat, looked: Look) -> int:
    """What it had evicted by its last beat. Another process counts from 0, and so does one whose figures were reset."""
    is_counting_on = looked.identity.run_id == last.run_id and looked.evicted_keys >= last.evicted_keys
    return last.evicted_keys if is_counting_on else 0


def _is_elsewhere(last: TakenBeat, looked: Look, now: datetime) -> bool:
    """Whether another server than this one was the primary in between, which somebody may take for the primary still.

    It was, if this one was promoted, or ran already when the last beat was taken and did not take it, or has been the
    same process in another history.
    """
    if _is_same(last, looked):
        return False
    is_same_process = looked.identity.run_id == last.run_id
    return is_same_process or looked.was_replica or looked.up_for > now - last.beaten_at
