"""Judge submissions by the definition that each of them names.

A definition never changes once it has a version, and when a session closed is settled before anything is judged by it.
So however often the queue delivers a message, the same facts and the same rejections come out, under the same ids.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ledgerboard_contracts import (
    BoardDefinition,
    Fact,
    FactEnvelope,
    Rejection,
    SeenSessions,
    Submission,
    SubmissionEnvelope,
    derived_envelope_id,
)
from ledgerboard_ingest.sessions import Group, Sessions, by_session, is_ahead, is_known, look_at
from ledgerboard_ingest.verdicts import judge_submission


class Definitions(Protocol):
    """Board definitions by version."""

    def version(self, board: str, version: int, /) -> BoardDefinition | None:
        """The definition, or None where there is no such version; not where it is only on its way to a replica."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one source envelope: every one of its submissions is in exactly one place.

    ``undefined`` holds the submissions that no definition can judge, an envelope for each board and version. They keep
    the source's id, so that their facts will have the ids that they would have had today.
    """

    envelopes: tuple[FactEnvelope, ...]
    rejections: tuple[Rejection, ...]
    undefined: tuple[SubmissionEnvelope, ...]
    astray: tuple[SubmissionEnvelope, ...] = ()
    ahead: tuple[SubmissionEnvelope, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    """One source with its submissions by what judges them."""

    source: SubmissionEnvelope
    groups: tuple[Group, ...]
    undefined: tuple[SubmissionEnvelope, ...]


class Judge:
    """Makes facts and rejections of submissions. Safe to repeat: equal envelopes get equal judgements."""

    def __init__(self, definitions: Definitions, sessions: Sessions) -> None:
        self._definitions = definitions
        self._sessions = sessions

    def judge(self, sources: Sequence[SubmissionEnvelope]) -> Sequence[Judgement]:
        """Judge every submission of ``sources``, in their order. Raises `UnavailableError` if a record is down."""
        cases = [self._case(source) for source in sources]
        seen = look_at(self._sessions, (group for case in cases for group in case.groups))
        return [_judgement(case, seen) for case in cases]

    def _case(self, source: SubmissionEnvelope) -> _Case:
        groups: list[Group] = []
        undefined: list[SubmissionEnvelope] = []
        for submissions in _by_definition(source.submissions):
            definition = self._definitions.version(submissions[0].board, submissions[0].board_version)
            if definition is None:
                undefined.append(replace(source, submissions=tuple(submissions)))
            else:
                groups.append((definition, submissions))
        return _Case(source, tuple(groups), tuple(undefined))


def _judgement(case: _Case, seen: SeenSessions) -> Judgement:
    envelopes: list[FactEnvelope] = []
    rejections: list[Rejection] = []
    astray: list[SubmissionEnvelope] = []
    ahead: list[SubmissionEnvelope] = []
    for definition, submissions in _parts(case.groups):
        if not is_known(seen, definition, submissions):
            astray.append(replace(case.source, submissions=tuple(submissions)))
            continue
        if is_ahead(seen, definition, submissions):
            ahead.append(replace(case.source, submissions=tuple(submissions)))
            continue
        verdicts = [judge_submission(each, definition, case.source.envelope_id, seen) for each in submissions]
        rejections.extend(verdict for verdict in verdicts if isinstance(verdict, Rejection))
        facts = tuple(verdict for verdict in verdicts if isinstance(verdict, Fact))
        if facts:
            envelopes.append(_derived(case.source, definition, facts))
    return Judgement(tuple(envelopes), tuple(rejections), case.undefined, astray=tuple(astray), ahead=tuple(ahead))


def _parts(groups: Sequence[Group]) -> Iterator[Group]:
    """What travels together: the submissions of a board, or of each session where they are managed."""
    for definition, submissions in groups:
        for part in by_session(submissions) if definition.options.managed_sessions else [submissions]:
            yield definition, part


def _by_definition(submissions: Sequence[Submission]) -> Sequence[Sequence[Submission]]:
    """The submissions grouped by what judges them, in the order in which each group first occurs."""
    groups: defaultdict[tuple[str, int], list[Submission]] = defaultdict(list)
    for submission in submissions:
        groups[submission.board, submission.board_version].append(submission)
    return list(groups.values())


def _derived(source: SubmissionEnvelope, definition: BoardDefinition, facts: tuple[Fact, ...]) -> FactEnvelope:
    session = facts[0].session if definition.options.managed_sessions else None
    return FactEnvelope(
        envelope_id=derived_envelope_id(source.envelope_id, definition.board, definition.version, session),
        correlation_id=source.correlation_id,
        board=definition.board,
        board_version=definition.version,
        facts=facts,
    )
