"""Find out whether scores came in time for the sessions that they name, where a board's sessions are managed.

All sessions of a received batch are looked at once. The submissions of one session stay together: they have an
envelope of their own, which is complete or is not made yet, so a board that totals sees each of them once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final, Protocol

from ledgerboard_contracts import Admission, BoardDefinition, RejectionReason, SeenSessions, Source, Submission
from ledgerboard_contracts.sessions import SessionKey

UNSEEN: Final = SeenSessions()
"""The look at no session, which is what most boards take."""


class Sessions(Protocol):
    """The record of sessions, from where it is written: a replica's lag would look like an unknown session."""

    def see(self, keys: Collection[SessionKey], /) -> SeenSessions:
        """One look at all of them. Raises `UnavailableError` when the record is down."""


Group = tuple[BoardDefinition, Sequence[Submission]]
"""Submissions that one definition judges."""


def look_at(sessions: Sessions, groups: Iterable[Group]) -> SeenSessions:
    """The sessions that ``groups`` name, where they are managed. Asks only if there are any."""
    keys = {
        (submission.board, submission.session)
        for definition, submissions in groups
        if definition.options.managed_sessions
        for submission in submissions
        if submission.session is not None
    }
    return sessions.see(keys) if keys else UNSEEN


def by_session(submissions: Sequence[Submission]) -> Sequence[Sequence[Submission]]:
    """The submissions of each session, in the order in which each is first named."""
    groups: defaultdict[str | None, list[Submission]] = defaultdict(list)
    for submission in submissions:
        groups[submission.session].append(submission)
    return list(groups.values())


def unknown_to(seen: SeenSessions, definition: BoardDefinition, submissions: Sequence[Submission]) -> bool:
    """Whether nobody opened the session of ``submissions``. To name none is an objection, not a question."""
    first = submissions[0]
    if not definition.options.managed_sessions or first.session is None:
        return False
    return (first.board, first.session) not in seen.closed_at


def is_ahead(seen: SeenSessions, definition: BoardDefinition, submissions: Sequence[Submission]) -> bool:
    """Whether any was accepted after the look, by a clock that runs ahead of PostgreSQL's."""
    return definition.options.managed_sessions and any(_is_ahead(seen, submission) for submission in submissions)


def _is_ahead(seen: SeenSessions, submission: Submission) -> bool:
    if submission.session is None:
        return False
    key = (submission.board, submission.session)
    if key not in seen.closed_at:
        return submission.occurred_at > seen.as_of
    return seen.admission(key, submission.occurred_at) is Admission.AHEAD


def session_objection(
    seen: SeenSessions, definition: BoardDefinition, submission: Submission
) -> tuple[RejectionReason, str] | None:
    """The objection to what names no session, or one that was not open when it was accepted.

    A player may name only what somebody opened before: else anybody could make rankings by inventing names. What was
    unknown at a look opens later than that, so it stays unknown for all that was accepted until then.
    """
    if submission.session is None:
        if not definition.options.managed_sessions:
            return None
        return RejectionReason.SESSION_MISSING, "no session is named: this board takes scores only in an open session"
    is_player = submission.source is Source.PLAYER
    if not definition.options.managed_sessions:
        return (RejectionReason.SESSION_UNKNOWN, "nobody opens sessions on this board") if is_player else None
    key = (submission.board, submission.session)
    opened_at, closed_at = seen.opened_at.get(key), seen.closed_at.get(key)
    if is_player and (opened_at is None or submission.occurred_at < opened_at):
        return RejectionReason.SESSION_UNKNOWN, f"nobody had opened a session {submission.session!r} on this board"
    if closed_at is None or seen.admission(key, submission.occurred_at) is not Admission.CLOSED:
        return None
    detail = f"the session {submission.session!r} closed at {closed_at.isoformat()}, before this was accepted"
    return RejectionReason.SESSION_CLOSED, detail
