"""The beats that watchers took of the primaries of Redis, and what is in doubt: what does not go back with Redis.

A row names the last beat of a primary and the server that it was taken of. It moves on by compare-and-set on the beat's
token, so of several watchers one moves it, and one that stood still changes nothing. What is in doubt stands in the row
until it is settled, so that a watcher that dies is followed by another. All moments are of this server's clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, case, func, literal, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.repair_tables import beats
from ledgerboard_ledger.tables import moment_type

_CALM: Final = {
    "noticed_at": None,
    "doubted_since": None,
    "look_again_at": None,
    "healed_at": None,
    "is_elsewhere": False,
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A primary may have lost data: what was written to it since ``since``, or all of it where that is None.

    ``is_elsewhere``: another server held the data before, and may still be written to.
    """

    since: datetime | None
    is_elsewhere: bool


@dataclass(frozen=True, slots=True)
class OpenDoubt:
    """A doubt that is not settled. ``healed_at`` is None until all that was known to be in doubt was renewed.

    Notes may be late, so there is a second look at ``look_again_at``.
    """

    doubt: Doubt
    noticed_at: datetime
    look_again_at: datetime
    healed_at: datetime | None


@dataclass(frozen=True, slots=True)
class TakenBeat:
    """A beat: its token, when it was taken, by which process of the server, in which history, and what was evicted."""

    token: str
    beaten_at: datetime
    run_id: str
    replication_id: str
    evicted_keys: int


@dataclass(frozen=True, slots=True)
class KnownBeat:
    """What is on record of one primary. ``last`` is None before the first beat."""

    last: TakenBeat | None
    open: OpenDoubt | None


class PostgresBeats:
    """The record of beats, by their keys in Redis. Every method raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, key: str) -> tuple[datetime, KnownBeat]:
        """The time, as it was before the row was read, and the row."""
        with postgres_errors(), self._engine.begin() as connection:
            now = connection.execute(select(_now())).scalar_one()
            row = connection.execute(select(beats).where(beats.c.key == key)).mappings().first()
        return now, KnownBeat(None, None) if row is None else _known(row)

    def doubt(self, key: str, last: str | None, doubt: Doubt, look_again_after: timedelta) -> bool:
        """Open a doubt, or add to the one that is open, unless the last beat is another one by now.

        Whatever was renewed before this moment may have been lost again, and is renewed once more.
        """
        opened: dict[str, Any] = {
            "noticed_at": _now(), "look_again_at": _now() + look_again_after, "healed_at": None,
            "doubted_since": doubt.since, "is_elsewhere": doubt.is_elsewhere,
        }  # fmt: skip
        both = {
            "doubted_since": _earlier(doubt.since),
            "is_elsewhere": or_(beats.c.is_elsewhere, literal(doubt.is_elsewhere)),
        }
        change = insert(beats).values(key=key, **opened)
        return self._changed(
            change.on_conflict_do_update(index_elements=[beats.c.key], set_=opened | both, where=_is_last(last))
        )

    def beat(self, key: str, last: str | None, taken: TakenBeat) -> bool:
        """``taken`` follows the beat ``last``, unless another one did."""
        values = {
            "token": taken.token, "beaten_at": taken.beaten_at, "run_id": taken.run_id,
            "replication_id": taken.replication_id, "evicted_keys": taken.evicted_keys,
        }  # fmt: skip
        change = insert(beats).values(key=key, **values)
        return self._changed(
            change.on_conflict_do_update(index_elements=[beats.c.key], set_=values, where=_is_last(last))
        )

    def healed(self, key: str, open_doubt: OpenDoubt) -> None:
        """All that was known to be in doubt was renewed."""
        self._changed(update(beats).where(*_is_open(key, open_doubt)).values(healed_at=_now()))

    def put_off(self, key: str, open_doubt: OpenDoubt, after: timedelta) -> None:
        """Look again that much later from now: nobody could make notes until now."""
        later = func.greatest(beats.c.look_again_at, _now() + after)
        self._changed(update(beats).where(*_is_open(key, open_doubt)).values(look_again_at=later))

    def settle(self, key: str, open_doubt: OpenDoubt) -> bool:
        """Nothing is in doubt any more, unless there is a new doubt by now, or the second look was put off."""
        is_due = beats.c.look_again_at == open_doubt.look_again_at
        return self._changed(update(beats).where(*_is_open(key, open_doubt), is_due).values(_CALM))

    def _changed(self, change: Any) -> bool:
        with postgres_errors(), self._engine.begin() as connection:
            return connection.execute(change.returning(beats.c.key)).first() is not None


def _now() -> ColumnElement[datetime]:
    """This moment, and not that at which the transaction began."""
    return func.clock_timestamp(type_=moment_type)


def _earlier(since: datetime | None) -> ColumnElement[Any]:
    """From when on is in doubt what was in doubt before or is so since ``since``; None stands for all of it."""
    if since is None:
        return null()
    return case(
        (beats.c.noticed_at.is_(None), literal(since, moment_type)),
        (beats.c.doubted_since.is_(None), null()),
        else_=func.least(beats.c.doubted_since, since),
    )


def _is_last(token: str | None) -> ColumnElement[bool]:
    return beats.c.token.is_not_distinct_from(token)


def _is_open(key: str, open_doubt: OpenDoubt) -> tuple[ColumnElement[bool], ...]:
    return beats.c.key == key, beats.c.noticed_at == open_doubt.noticed_at


def _known(row: Any) -> KnownBeat:
    last = open_doubt = None
    if row["token"] is not None:
        taken = (row["token"], row["beaten_at"], row["run_id"], row["replication_id"], row["evicted_keys"])
        last = TakenBeat(*taken)
    if row["noticed_at"] is not None:
        doubt = Doubt(row["doubted_since"], row["is_elsewhere"])
        open_doubt = OpenDoubt(doubt, row["noticed_at"], row["look_again_at"], row["healed_at"])
    return KnownBeat(last, open_doubt)
