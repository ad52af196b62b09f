"""Judge submissions by the definition that each of them names.

A definition never changes once it has a version; when a session opened and closed is settled before anything is judged
by it; and a level keeps the number that it has. So however often the queue delivers a message, the same facts and the
same rejections come out, under the same ids.
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
    Source,
    Submission,
    SubmissionEnvelope,
    derived_envelope_id,
)
from ledgerboard_ingest.levels import Levels, number
from ledgerboard_ingest.sessions import Group, Sessions, by_session, is_ahead, look_at, unknown_to
from ledgerboard_ingest.verdicts import Known, judge_submission, objection_of_all_but_levels


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


@dataclass(frozen=True, slots=True)
class _SortedOut:
    """Of a case, what is judged, and what cannot be yet or ever."""

    judged: Sequence[Group]
    astray: tuple[SubmissionEnvelope, ...]
    ahead: tuple[SubmissionEnvelope, ...]


class Judge:
    """Makes facts and rejections of submissions. Safe to repeat: equal envelopes get equal judgements."""

    def __init__(self, definitions: Definitions, sessions: Sessions, levels: Levels) -> None:
        self._definitions = definitions
        self._sessions = sessions
        self._levels = levels

    def judge(self, sources: Sequence[SubmissionEnvelope]) -> Sequence[Judgement]:
        """Judge every submission of ``sources``, in their order. Raises `UnavailableError` if a record is down."""
        cases = [self._case(source) for source in sources]
        seen = look_at(self._sessions, (group for case in cases for group in case.groups))
        sorted_out = [_sort_out(case, seen) for case in cases]
        sound = (
            (definition, submission)
            for each in sorted_out
            for definition, submissions in each.judged
            for submission in submissions
            if objection_of_all_but_levels(submission, definition, seen) is None
        )
        known = Known(seen, number(self._levels, sound))
        return [_judgement(case, each, known) for case, each in zip(cases, sorted_out, strict=True)]

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


def _sort_out(case: _Case, seen: SeenSessions) -> _SortedOut:
    """What can be judged now. A session that nobody opened makes a letter of a server's scores, not of a player's."""
    judged: list[Group] = []
    astray: list[SubmissionEnvelope] = []
    ahead: list[SubmissionEnvelope] = []
    for definition, submissions in _parts(case.groups):
        part = submissions
        if unknown_to(seen, definition, submissions):
            of_servers = tuple(each for each in submissions if each.source is not Source.PLAYER)
            astray += [replace(case.source, submissions=of_servers)] if of_servers else []
            part = [each for each in submissions if each.source is Source.PLAYER]
        if part and is_ahead(seen, definition, part):
            ahead.append(replace(case.source, submissions=tuple(part)))
        elif part:
            judged.append((definition, part))
    return _SortedOut(judged, tuple(astray), tuple(ahead))


def _judgement(case: _Case, sorted_out: _SortedOut, known: Known) -> Judgement:
    envelopes: list[FactEnvelope] = []
    rejections: list[Rejection] = []
    for definition, submissions in sorted_out.judged:
        verdicts = [judge_submission(each, definition, case.source.envelope_id, known) for each in submissions]
        rejections.extend(verdict for verdict in verdicts if isinstance(verdict, Rejection))
        facts = tuple(verdict for verdict in verdicts if isinstance(verdict, Fact))
        if facts:
            envelopes.append(_derived(case.source, definition, facts))
    return Judgement(
        tuple(envelopes), tuple(rejections), case.undefined, astray=sorted_out.astray, ahead=sorted_out.ahead
    )


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
