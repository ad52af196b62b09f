"""The record of requests that carry an ``Idempotency-Key``: who works on one, with which stamps, and its answer.

A claim never changes its moment, its seed or its first plan, whoever takes it over: so two that work on one request at
once send the same messages, and the lease only spares them the trouble. The first answer that is stored stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, RowMapping, bindparam, text

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.idempotency_table import keyed_requests

LEASE: Final = timedelta(seconds=30)
KEPT: Final = timedelta(hours=24)
"""How long a claim can be taken over, and an answer be had again."""

_TRIES: Final = 5
_columns: Final = keyed_requests.c
_OURS: Final = "caller = :caller AND key_digest = :key_digest AND seed = :seed"
_IS_EXPIRED: Final = "expires_at <= clock_timestamp() AND (status IS NOT NULL OR leased_until <= clock_timestamp())"

_CLAIM: Final = text("""
    INSERT INTO keyed_requests AS known
        (caller, key_digest, fingerprint, claimed_at, seed, owner, leased_until, expires_at)
    SELECT :caller, :key_digest, :fingerprint, :claimed_at, :seed, :owner,
        clock_timestamp() + :lease, clock_timestamp() + :kept
    WHERE CAST(:most AS bigint) IS NULL
        OR EXISTS (SELECT FROM keyed_requests WHERE caller = :caller AND key_digest = :key_digest)
        OR (SELECT count(*) FROM (
            SELECT FROM keyed_requests WHERE caller = :caller AND expires_at > clock_timestamp() LIMIT :most
        ) AS kept) < :most
    ON CONFLICT (caller, key_digest) DO UPDATE SET
        owner = excluded.owner, leased_until = clock_timestamp() + :lease, attempts = known.attempts + 1
    WHERE known.fingerprint = excluded.fingerprint AND known.status IS NULL
        AND known.leased_until <= clock_timestamp() AND known.expires_at > clock_timestamp()
    RETURNING claimed_at, seed, plan, attempts
""")
_LOOK: Final = text(f"""
    SELECT fingerprint, status, headers, body, leased_until > clock_timestamp() AS leased, {_IS_EXPIRED} AS expired
    FROM keyed_requests WHERE caller = :caller AND key_digest = :key_digest
""")  # noqa: S608 -- constants.
_FORGET_EXPIRED: Final = text(
    f"DELETE FROM keyed_requests WHERE caller = :caller AND key_digest = :key_digest AND {_IS_EXPIRED}"  # noqa: S608 -- constants.
)
_PLAN: Final = text(
    f"UPDATE keyed_requests SET plan = coalesce(plan, :plan) WHERE {_OURS} RETURNING plan"  # noqa: S608 -- constants.
).bindparams(bindparam("plan", type_=_columns.plan.type))
_ANSWER: Final = text(f"""
    UPDATE keyed_requests SET status = :status, headers = :headers, body = :body, players = :players,
        expires_at = clock_timestamp() + :kept
    WHERE {_OURS} AND status IS NULL
""").bindparams(bindparam("headers", type_=_columns.headers.type), bindparam("players", type_=_columns.players.type))  # noqa: S608 -- constants.
_ANSWERED: Final = text(f"SELECT status, headers, body FROM keyed_requests WHERE {_OURS} AND status IS NOT NULL")  # noqa: S608 -- constants.
_RELEASE: Final = text(f"""
    UPDATE keyed_requests SET leased_until = clock_timestamp() WHERE {_OURS} AND owner = :owner AND status IS NULL
""")  # noqa: S608 -- constants.
_WITHDRAW: Final = text(f"""
    DELETE FROM keyed_requests
    WHERE {_OURS} AND owner = :owner AND status IS NULL AND attempts = 1 AND plan IS NULL
""")  # noqa: S608 -- constants.
_PURGE: Final = text(f"""
    DELETE FROM keyed_requests WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM keyed_requests WHERE {_IS_EXPIRED} LIMIT :limit FOR UPDATE SKIP LOCKED
    ))
""")  # noqa: S608 -- constants.


class Refusal(StrEnum):
    """Why a request under a key is neither done nor answered."""

    OTHER_REQUEST = "other request"
    """The key names another request."""
    UNDER_WAY = "under way"
    """Somebody works on it."""
    TOO_MANY = "too many"
    """It is a new one, and as many of its caller's are kept as may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """A request that names itself. ``claimed_at`` and ``seed`` count only if it is the first of its name."""

    caller: str
    key_digest: bytes
    fingerprint: bytes
    claimed_at: datetime
    seed: UUID
    owner: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A claim, held by ``owner`` until it is answered or its lease ends. ``attempts`` counts this one, too."""

    caller: str
    key_digest: bytes
    owner: UUID
    claimed_at: datetime
    seed: UUID
    plan: Mapping[str, Any] | None
    attempts: int

    def named(self, **values: object) -> dict[str, object]:
        """The values that find the claim, and others."""
        found = {"caller": self.caller, "key_digest": self.key_digest, "seed": self.seed, "owner": self.owner}
        return found | values


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer. Without a body it is not kept: it held a secret, or named a player who was erased since."""

    status: int
    headers: Mapping[str, str] | None
    body: str | None


class PostgresKeyedRequests:
    """The record. Thread-safe. Every method raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine, *, lease: timedelta = LEASE, kept: timedelta = KEPT) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._times = {"lease": lease, "kept": kept}

    def claim(self, wanted: KeyedRequest, most: int | None = None) -> Held | KeptAnswer | Refusal:
        """Claim the request, or take over what nobody works on any more. Of many at once one holds it.

        A new one is refused where ``most`` of its caller's are kept; some that come at once may all find room.
        """
        asked = {name: getattr(wanted, name) for name in KeyedRequest.__slots__} | self._times | {"most": most}
        for number in range(_TRIES):
            if row := self._first(_CLAIM, asked):
                return Held(caller=wanted.caller, key_digest=wanted.key_digest, owner=wanted.owner, **row)
            known = self._first(_LOOK, asked)
            if known is not None and known["expired"]:
                self._execute(_FORGET_EXPIRED, asked)
            elif known is not None and known["fingerprint"] != wanted.fingerprint:
                return Refusal.OTHER_REQUEST
            elif known is not None and known["status"] is not None:
                return _kept(known)
            elif known is not None and known["leased"]:
                return Refusal.UNDER_WAY
            elif known is None and most is not None and number:  # Else it may have been let go just before the look.
                return Refusal.TOO_MANY
        return Refusal.UNDER_WAY  # It changed hands each time we looked.

    def plan(self, held: Held, plan: Mapping[str, Any]) -> Mapping[str, Any]:
        """Write down what will be sent, before it is. Returns the plan that stands: the first."""
        row = self._first(_PLAN, held.named(plan=plan))
        if row is None:
            raise UnavailableError("the claim of a keyed request was let go")
        stands: Mapping[str, Any] = row["plan"]
        return stands

    def answer(self, held: Held, answer: KeptAnswer, players: Sequence[str] = ()) -> KeptAnswer:
        """Store the answer, which names ``players``. Returns the one that stands: the first."""
        values = {"status": answer.status, "headers": answer.headers, "body": answer.body}
        if not self._execute(_ANSWER, held.named(**values, players=list(players) or None, kept=self._times["kept"])):
            known = self._first(_ANSWERED, held.named())
            return answer if known is None else _kept(known)
        return answer

    def release(self, held: Held) -> None:
        """Let whoever asks next take over at once, with the same stamps."""
        self._execute(_RELEASE, held.named())

    def withdraw(self, held: Held) -> None:
        """Forget the claim, as nothing was done under it; where somebody may have done so, release it."""
        if not self._execute(_WITHDRAW, held.named()):
            self.release(held)

    def purge(self, limit: int) -> int:
        """Forget at most ``limit`` requests whose time is over, and return how many. Safe to race."""
        return self._execute(_PURGE, {"limit": limit})

    def _first(self, statement: Any, values: Mapping[str, object]) -> RowMapping | None:
        with postgres_errors(), self._engine.connect() as connection:
            return connection.execute(statement, values).mappings().first()

    def _execute(self, statement: Any, values: Mapping[str, object]) -> int:
        with postgres_errors(), self._engine.connect() as connection:
            return connection.execute(statement, values).rowcount


def _kept(row: RowMapping) -> KeptAnswer:
    return KeptAnswer(row["status"], row["headers"], row["body"])
