"""Hypothesis strategies for everything that travels: any value of these may reach a service, and must survive.

The texts hold what has broken such systems before: signs that serve as separators, non-ASCII, characters above U+FFFF.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from hypothesis import strategies as st

from ledgerboard_contracts import (
    MAX_SCORE,
    Fact,
    FactEnvelope,
    FactsMessage,
    Rejection,
    RejectionReason,
    RejectionsMessage,
    Submission,
    SubmissionEnvelope,
)
from ledgerboard_contracts.names import RESERVED_BOARDS

_FIRST: Final = datetime(2020, 1, 2, tzinfo=UTC)
_LAST: Final = datetime(2099, 12, 30, tzinfo=UTC)

scores: Final = st.integers(-MAX_SCORE, MAX_SCORE)
versions: Final = st.integers(1, 2**31 - 1)
boards: Final = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True).filter(
    lambda name: name.lower() not in RESERVED_BOARDS
)
_ODD: Final = "aZ09|: %\\\"'{}é漢🎮\ufffe\uffff"
_characters: Final = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="/")
"""Anything printable or merely unusual that a name may hold."""


def _names(longest: int) -> st.SearchStrategy[str]:
    odd = st.lists(st.sampled_from(_ODD), min_size=1, max_size=longest).map("".join)
    texts = odd | st.text(_characters, min_size=1, max_size=longest)
    return texts.filter(lambda name: name == name.strip() and name not in {".", ".."})


players: Final = _names(64)
levels: Final = _names(32)
times: Final = st.datetimes(datetime(1971, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 -- bounds
correlation_ids: Final = st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True)
envelope_ids: Final = st.uuids()

_json_texts: Final = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
attributes: Final = st.dictionaries(
    _json_texts,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
        | _json_texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_json_texts, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=3,
)  # fmt: skip


def uuid7(milliseconds: int, randomness: int) -> UUID:
    """The UUIDv7 of a moment since 1970 and 74 random bits (RFC 9562, 5.7)."""
    high, low = randomness >> 62, randomness & (2**62 - 1)
    return UUID(int=milliseconds << 80 | 7 << 76 | (high & 0xFFF) << 64 | 2 << 62 | low)


event_ids: Final = st.builds(
    uuid7,
    st.integers(int(_FIRST.timestamp() * 1000), int((_LAST - timedelta(days=1)).timestamp() * 1000)),
    st.integers(0, 2**74 - 1),
)

submissions: Final = st.builds(
    Submission,
    event_id=event_ids, board=boards, board_version=versions, player=players, score=scores, occurred_at=times,
    level=st.none() | levels, attributes=st.none() | attributes, session=st.none() | players,
)  # fmt: skip
facts: Final = st.builds(
    Fact,
    event_id=event_ids, player=players, score=scores, occurred_at=times,
    level=st.none() | levels, attributes=st.none() | attributes, session=st.none() | players,
)  # fmt: skip
rejections: Final = st.builds(
    Rejection,
    event_id=event_ids, board=boards, board_version=versions, player=players, score=scores, occurred_at=times,
    reason=st.sampled_from(RejectionReason), detail=_json_texts, envelope_id=envelope_ids,
)  # fmt: skip

submission_envelopes: Final = st.builds(
    SubmissionEnvelope,
    envelope_id=envelope_ids,
    correlation_id=correlation_ids,
    submissions=st.lists(submissions, max_size=4).map(tuple),
    keyed=st.booleans(),
)
fact_envelopes: Final = st.builds(
    FactEnvelope,
    envelope_id=envelope_ids,
    correlation_id=correlation_ids,
    board=boards,
    board_version=versions,
    facts=st.lists(facts, max_size=4).map(tuple),
)
facts_messages: Final = st.builds(FactsMessage, envelopes=st.lists(fact_envelopes, max_size=3).map(tuple))
rejections_messages: Final = st.builds(
    RejectionsMessage, rejections=st.lists(rejections, max_size=4).map(tuple), correlation_id=correlation_ids
)
