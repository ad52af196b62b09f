"""The bodies of answers to operators."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from ledgerboard_contracts import CorrectionKind
from ledgerboard_contracts.scores import AwareDatetime
from ledgerboard_gateway.http.answers import BoardAnswer
from ledgerboard_ledger.generation_records import GenerationStage
from ledgerboard_ledger.reconciliation_records import ReconciliationStage


class AcceptedCorrection(msgspec.Struct, frozen=True, kw_only=True):
    """A correction that the queue stores. It is in force once `GET /v1/corrections` shows it."""

    correction_id: UUID
    kind: CorrectionKind
    occurred_at: AwareDatetime
    board: str | None
    player: str | None
    event_id: UUID | None


class CorrectionItem(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded correction. An erased player has the name that the erasure gave them."""

    correction_id: UUID
    kind: CorrectionKind
    occurred_at: AwareDatetime
    recorded_at: AwareDatetime
    reason: str
    author: str
    board: str | None
    player: str | None
    event_id: UUID | None


class CorrectionsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Corrections, newest first. ``next`` leads to older ones, or is null where this page was not full."""

    corrections: tuple[CorrectionItem, ...]
    next: str | None


class RebuildItem(msgspec.Struct, frozen=True, kw_only=True):
    """One generation of a board: a projection that is live, or was, or is asked for or being made.

    ``facts_total`` is counted beforehand, with plays that no longer count: it shows how far it is, `state` decides.
    """

    board: str
    generation: int
    board_version: int
    state: GenerationStage
    reason: str
    author: str
    facts_folded: int
    facts_total: int | None
    requested_at: AwareDatetime
    finished_at: AwareDatetime | None


class RedefinedBoard(BoardAnswer, frozen=True, kw_only=True):
    """A board's definition that ranks otherwise than the one before. Readers see it once ``rebuild`` is live."""

    rebuild: RebuildItem


class RebuildsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Generations, newest first."""

    rebuilds: tuple[RebuildItem, ...]


class RequestedRebuilds(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for. ``next`` is the ``after`` with which to go on, or null where these were the last boards."""

    rebuilds: tuple[RebuildItem, ...]
    next: str | None


class DifferenceItem(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. ``player`` is null where it is nobody's in particular; ``detail`` never names the player."""

    board: str
    view: str
    kind: Annotated[
        str,
        Meta(
            description="`missing`, `extra`: an entry on one side alone; `score`; `order`: the wrong place among equal "
            "scores; `prefix`: what the next fold goes by; `top`: the rendered first page."
        ),
    ]
    player: str | None
    detail: str


class ReconciliationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison of boards with the ledger.

    ``boards`` is null until it began. ``boards_unread`` were being drawn anew, and ``unsettled`` entries kept changing:
    neither was judged. ``views`` are those of the boards that were begun. ``suspicions`` are looked at again just now.
    ``first`` has the first 100 differences. ``stalled``: its worker was not heard of in time; the next goes on with it.
    """

    reconciliation_id: UUID
    board: str | None
    state: ReconciliationStage
    stalled: bool
    proved: bool | None
    requested_at: AwareDatetime
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    boards: int | None
    boards_compared: int
    boards_unread: int
    views: int
    views_compared: int
    suspicions: int
    differences: int
    unsettled: int
    failure: str | None
    first: tuple[DifferenceItem, ...]


class LetterItem(msgspec.Struct, frozen=True, kw_only=True):
    """A message that could not be used.

    ``sent_at`` is when it came to the dead letters, or, where ``reason`` is null, to the queue before.
    """

    message_id: str
    queue: str
    reason: str | None
    sent_at: AwareDatetime
    age_seconds: int
    size_bytes: int
    origin: dict[str, str]
    replay: Annotated[
        Literal["as-is", "wrapped", "never"],
        Meta(
            description="`as-is`: it can be sent again as it stands; `wrapped`: it is a part of an envelope and goes "
            "again in one of its own; `never`: no consumer can read it, for the reason in `obstacle`."
        ),
    ]
    obstacle: str | None
    excerpt: str


class LettersAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Dead letters, oldest first. ``depths`` is about how many each queue has, those in others' hands included."""

    letters: tuple[LetterItem, ...]
    depths: dict[str, int]


class LetterAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter with the whole of its body."""

    letter: LetterItem
    body: str


class NotReplayed(msgspec.Struct, frozen=True):
    """A dead letter that stays, and why."""

    message_id: str
    obstacle: str


class ReplayAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the dead letters that were named. Those ``missing`` were not found, or are in others' hands."""

    done: tuple[str, ...]
    refused: tuple[NotReplayed, ...]
    missing: tuple[str, ...]
