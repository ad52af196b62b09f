"""Look for plays that the rules of their board suspect, once they are recorded.

Asked after the commit: of two who record plays of one player, whoever commits last sees both. Each rule can only
suspect more plays the more is recorded, and whatever a new play may make suspect is judged with it. So the same plays
are suspect in the end, in whatever order, cut and repetition they came.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, Row, text

from ledgerboard_contracts import Correction, CorrectionKind, FactEnvelope
from ledgerboard_infra.postgres import postgres_errors

RULES_AUTHOR: Final = "rules"
"""Who refused a play that nobody looked at."""

_MOST_VERSIONS: Final = 100_000

_RULED: Final = text("""
    SELECT board, version,
        jsonb_typeof(options->'max_gain') = 'object' OR jsonb_typeof(options->'max_attempts') = 'object' AS is_ruled
    FROM board_versions JOIN unnest(CAST(:boards AS text[]), CAST(:versions AS integer[])) AS asked (board, version)
        USING (board, version)
""")

_REACH: Final = 8 * 24 * 60 * 60 * 1000
"""Milliseconds. Further than any rule reaches: a week, and the hour by which it may be longer."""


def _ms(event_id: str) -> str:
    """When an event was accepted, in milliseconds since 1970: the first 48 bits of its id (RFC 9562, 5.7)."""
    return f"('x' || translate(left({event_id}::text, 13), '-', ''))::bit(48)::bigint"


def _ms_of(moment: str) -> str:
    return f"floor(extract(epoch FROM {moment}) * 1000)::bigint"


def _id(milliseconds: str, digit: str = "0") -> str:
    """The smallest (digit 0) or the greatest (digit f) id of a millisecond."""
    return f"(lpad(to_hex({milliseconds}), 12, '0') || repeat('{digit}', 20))::uuid"


def _has(row: str, option: str) -> str:
    return f"jsonb_typeof({row}.options->'{option}') = 'object'"


_PERIOD: Final = _ms_of(
    f"date_trunc(a.options#>>'{{max_attempts,period}}', to_timestamp({_ms('a.event_id')} / 1000.0),"
    " a.options->>'time_zone')"
)
"""When the period of a play began."""

_WINDOW: Final = f"{_ms('a.event_id')} - 1000 * (a.options#>>'{{max_gain,seconds}}')::bigint"
"""When the plays begin that a play is compared with."""

_REFUSES: Final = "CASE WHEN refuses THEN {value} END"
_NEW_ID: Final = f"(left({_id(_ms_of('found_at'))}::text, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid"
"""A UUIDv7 of the moment of finding, where the order of corrections has its place for it."""

_MARK: Final = text(f"""
    WITH played AS (
        SELECT f.event_id, f.board, f.player FROM facts f WHERE f.event_id = ANY(CAST(:event_ids AS uuid[]))
        -- What was done by somebody who was erased counts no longer, so nobody has to look at it.
        AND NOT EXISTS (SELECT FROM corrections e WHERE e.kind = 'erase' AND e.player = f.player)
    ), affected AS (
        -- Each of them, and what was accepted after it and came before.
        SELECT DISTINCT ON (f.event_id) f.event_id, f.board, f.player, f.score, f.level, v.options
        FROM played JOIN facts f ON f.player = played.player AND f.board = played.board
            AND f.event_id BETWEEN played.event_id AND {_id(f"{_ms('played.event_id')} + {_REACH}", "f")}
        JOIN board_versions v ON v.board = f.board AND v.version = f.board_version
        ORDER BY f.event_id
    ), judged AS (
        SELECT a.event_id, a.board, a.options->>'on_suspicion' = 'refuse' AS refuses, array_remove(ARRAY[
            CASE WHEN {_has("a", "max_attempts")} AND (
                SELECT count(*) FROM (
                    SELECT FROM facts g JOIN board_versions w ON w.board = g.board AND w.version = g.board_version
                    WHERE g.player = a.player AND g.board = a.board AND {_has("w", "max_attempts")}
                        AND g.event_id < a.event_id AND g.event_id >= {_id(_PERIOD)}
                    LIMIT (a.options#>>'{{max_attempts,plays}}')::bigint
                ) AS before
            ) = (a.options#>>'{{max_attempts,plays}}')::bigint THEN 'max_attempts' END,
            CASE WHEN {_has("a", "max_gain")} AND EXISTS (
                SELECT FROM facts g JOIN board_versions w ON w.board = g.board AND w.version = g.board_version
                WHERE g.player = a.player AND g.board = a.board AND {_has("w", "max_gain")}
                    AND g.level IS NOT DISTINCT FROM a.level
                    AND g.event_id < a.event_id AND g.event_id >= {_id(_WINDOW)}
                    AND CASE a.options->>'order' WHEN 'asc' THEN g.score - a.score ELSE a.score - g.score END
                        > (a.options#>>'{{max_gain,score}}')::bigint
            ) THEN 'max_gain' END
        ], NULL) AS rules
        FROM affected a
    ), suspect AS (
        SELECT judged.*, clock_timestamp() AS found_at FROM judged WHERE rules <> '{{}}' ORDER BY event_id
    )
    INSERT INTO reviews AS known (event_id, board, rules, found_at, state, decided_at, author, reason, correction_id)
    SELECT event_id, board, rules, found_at, CASE WHEN refuses THEN 'refused' ELSE 'open' END,
        {_REFUSES.format(value="found_at")}, {_REFUSES.format(value="CAST(:author AS text)")},
        {_REFUSES.format(value="array_to_string(rules, ', ')")}, {_REFUSES.format(value=_NEW_ID)}
    FROM suspect
    ON CONFLICT (event_id) DO UPDATE
    SET rules = ARRAY(SELECT DISTINCT unnest(known.rules || excluded.rules) AS rule ORDER BY rule)
    RETURNING event_id, state = 'refused' AND author = :author AS is_refused, xmax = 0 AS is_new
""")  # noqa: S608 -- constants.

_VOIDS: Final = text("""
    SELECT correction_id, decided_at, reviews.reason, reviews.board, facts.player, event_id
    FROM reviews JOIN facts USING (event_id) WHERE event_id = ANY(CAST(:event_ids AS uuid[])) ORDER BY correction_id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look found: how many plays it was the first to suspect, and what voids those that are refused at once.

    The corrections are told at each look, so that whoever died before they were recorded finds them again. They keep
    their ids.
    """

    suspects: int = 0
    corrections: Sequence[Correction] = ()


_NOTHING: Final = Found()


class PostgresSuspicions:
    """Who looks for suspects. Thread-safe, safe to repeat. Raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ruled: dict[tuple[str, int], bool] = {}
        self._lock = Lock()

    def look(self, envelopes: Iterable[FactEnvelope]) -> Found:
        """Judge what these envelopes hold, once it is recorded. Costs a look into a dict where no board has rules."""
        wanted = list(envelopes)
        ruled = self._ruled_among({(each.board, each.board_version) for each in wanted})
        event_ids = [f.event_id for each in wanted if (each.board, each.board_version) in ruled for f in each.facts]
        return self._judge(event_ids) if event_ids else _NOTHING

    def _judge(self, event_ids: Sequence[UUID]) -> Found:
        with postgres_errors(), self._engine.begin() as connection:
            rows = connection.execute(_MARK, {"event_ids": list(event_ids), "author": RULES_AUTHOR}).all()
        refused = [row.event_id for row in rows if row.is_refused]
        corrections: Sequence[Correction] = ()
        if refused:
            with postgres_errors(), self._engine.connect() as connection:
                corrections = [_void(row) for row in connection.execute(_VOIDS, {"event_ids": refused})]
        return Found(suspects=sum(row.is_new for row in rows), corrections=corrections)

    def _ruled_among(self, keys: Collection[tuple[str, int]]) -> Collection[tuple[str, int]]:
        """Those whose version has rules. A version never changes, so each is asked for once."""
        unknown = [key for key in keys if key not in self._ruled]
        if unknown:
            asked = {"boards": [board for board, _ in unknown], "versions": [version for _, version in unknown]}
            with postgres_errors(), self._engine.connect() as connection:
                found = {(row.board, row.version): bool(row.is_ruled) for row in connection.execute(_RULED, asked)}
            with self._lock:
                self._ruled = ({} if len(self._ruled) > _MOST_VERSIONS else self._ruled) | found
            return {key for key in keys if found.get(key, self._ruled.get(key))}
        return {key for key in keys if self._ruled.get(key)}


def _void(row: Row[Any]) -> Correction:
    return Correction(
        correction_id=row.correction_id, kind=CorrectionKind.VOID, occurred_at=row.decided_at,
        reason=f"suspect by {row.reason}", author=RULES_AUTHOR, board=row.board, player=row.player,
        event_id=row.event_id,
    )  # fmt: skip
