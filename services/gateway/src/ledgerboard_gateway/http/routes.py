"""Every route of the gateway, with what its documentation says. The API at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledgerboard_gateway.http import answers
from ledgerboard_gateway.http import examples as e
from ledgerboard_gateway.http.board_routes import BoardRoutes
from ledgerboard_gateway.http.bodies import BulkBody, PublishedScoreBody, ScoreBody
from ledgerboard_gateway.http.documentation_routes import DocumentationRoutes
from ledgerboard_gateway.http.history_routes import HistoryRoutes
from ledgerboard_gateway.http.operation_routes import OperationRoutes
from ledgerboard_gateway.http.operations import Answer, Body, Operation
from ledgerboard_gateway.http.options import OptionsBody
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.published_routes import PublishedRoutes
from ledgerboard_gateway.http.query import BoardsQuery, PeriodQuery, PlaysQuery, PublishedPageQuery, StandingsQuery
from ledgerboard_gateway.http.score_routes import ScoreRoutes
from ledgerboard_gateway.http.standing_routes import StandingRoutes

TAGS: Final = {
    "scores": "Submit scores. 202 means that the queue stores the submission; its event id tells what became of it.",
    "standings": "Read the live boards.",
    "history": "Read the ledger: the record of every score that was accepted or refused.",
    "boards": "Define boards.",
    "published": "The routes of a published leaderboard service, exactly as they are known.",
    "operations": "Health, metrics and this documentation.",
}

_STORED: Final = "The queue stores it"


@dataclass(frozen=True, slots=True)
class Views:
    """The objects whose methods are the views."""

    scores: ScoreRoutes
    standings: StandingRoutes
    history: HistoryRoutes
    boards: BoardRoutes
    published: PublishedRoutes
    operations: OperationRoutes
    documentation: DocumentationRoutes


def operations(views: Views) -> Sequence[Operation]:
    """All operations. Static paths win over the published patterns whatever their order."""
    return [
        *_scores(views.scores),
        *_standings(views.standings),
        *_history(views.history),
        *_boards(views.boards),
        *_published(views.scores, views.published),
        *_operations(views.operations),
        *_documentation(views.documentation),
    ]


def _scores(scores: ScoreRoutes) -> list[Operation]:
    return [
        Operation(
            tag="scores",
            method="POST",
            rule="/v1/boards/<board>/scores",
            view=scores.post_score,
            summary="Submit one score",
            description="A board that nobody defined is made with the default options: the greater score ranks first, "
            "a player's best play counts, and no bounds.",
            guarded=True,
            body=Body(ScoreBody, e.SCORE),
            answers={202: Answer([answers.Accepted], e.ACCEPTED, _STORED)},
            problems=[P.UNAVAILABLE, P.UNACKNOWLEDGED],
        ),
        Operation(
            tag="scores",
            method="POST",
            rule="/v1/scores",
            view=scores.post_bulk,
            summary="Submit up to 1,000 scores",
            description="Each score stands for itself: one that breaks a rule is refused and never harms the others. "
            "400 where none can be accepted, or where the body as a whole cannot be read; 503 where the queue "
            "acknowledged none.",
            guarded=True,
            body=Body(BulkBody, e.BULK),
            answers={202: Answer([answers.BulkAnswer], e.BULK_ANSWER, "A result for each score, in order")},
            problems=[P.UNAVAILABLE, P.UNACKNOWLEDGED],
        ),
    ]


def _standings(standings: StandingRoutes) -> list[Operation]:
    return [
        Operation(
            tag="standings",
            method="GET",
            rule="/v1/boards/<board>/standings",
            view=standings.get_standings,
            summary="Read a page of a board by rank",
            description="Equal scores rank by who was first, then by player id. A page past the end is empty.",
            query=StandingsQuery,
            answers={200: Answer([answers.StandingsAnswer], e.STANDINGS, "The page, from one atomic read")},
            problems=[P.UNKNOWN_BOARD, P.EXPIRED_VIEW, P.UNAVAILABLE],
        ),
        Operation(
            tag="standings",
            method="GET",
            rule="/v1/boards/<board>/players/<player>",
            view=standings.get_standing,
            summary="Read one player's standing",
            description="Score and rank come from one atomic read.",
            query=PeriodQuery,
            answers={200: Answer([answers.StandingAnswer], e.STANDING, "The player's place")},
            problems=[P.UNKNOWN_BOARD, P.UNKNOWN_PLAYER, P.EXPIRED_VIEW, P.UNAVAILABLE],
        ),
    ]


def _history(history: HistoryRoutes) -> list[Operation]:
    return [
        Operation(
            tag="history",
            method="GET",
            rule="/v1/players/<player>/scores",
            view=history.get_plays,
            summary="Read a player's plays",
            description="Newest first. Follow `next` for older ones. A player without plays has an empty page.",
            query=PlaysQuery,
            answers={200: Answer([answers.PlaysAnswer], e.PLAYS, "A page of plays")},
            problems=[P.UNAVAILABLE],
        ),
        Operation(
            tag="history",
            method="GET",
            rule="/v1/events/<event_id>",
            view=history.get_event,
            summary="Read what became of a submission",
            description="`pending` until the ledger knows it: less than a second, unless workers are behind. "
            "An id that no queue can hold any more (14 days) and that the ledger does not know is not found.",
            answers={
                200: Answer(
                    [answers.PendingEvent, answers.RecordedEvent, answers.RejectedEvent], e.EVENT, "What is known"
                )
            },
            problems=[P.UNKNOWN_EVENT, P.UNAVAILABLE],
        ),
    ]


def _boards(boards: BoardRoutes) -> list[Operation]:
    return [
        Operation(
            tag="boards",
            method="GET",
            rule="/v1/boards",
            view=boards.list_boards,
            summary="List the boards",
            description="By name. Follow `next` for more.",
            query=BoardsQuery,
            answers={200: Answer([answers.BoardsAnswer], e.BOARDS, "A page of boards")},
            problems=[P.INVALID_REQUEST, P.UNAVAILABLE],
        ),
        Operation(
            tag="boards",
            method="GET",
            rule="/v1/boards/<board>",
            view=boards.get_board,
            summary="Read a board's definition",
            description="The current version.",
            answers={200: Answer([answers.BoardAnswer], e.BOARD, "The definition")},
            problems=[P.UNKNOWN_BOARD, P.UNAVAILABLE],
        ),
        Operation(
            tag="boards",
            method="PUT",
            rule="/v1/boards/<board>",
            view=boards.put_board,
            summary="Define a board",
            description="Makes version 1, or the next version where options differ; each submission is judged by "
            "the version it was accepted under. `order` and `policy` of a board that exists cannot change. Options "
            "that are left out take their defaults. Other replicas follow within 5 seconds.",
            guarded=True,
            body=Body(OptionsBody, e.OPTIONS),
            answers={
                200: Answer([answers.BoardAnswer], e.BOARD, "The board existed; this is its version now"),
                201: Answer([answers.BoardAnswer], e.BOARD, "The board is new"),
            },
            problems=[P.PROJECTION_CONFLICT, P.UNAVAILABLE],
        ),
    ]


def _published(scores: ScoreRoutes, published: PublishedRoutes) -> list[Operation]:
    return [
        Operation(
            tag="published",
            method="POST",
            rule="/<leaderboard>/<name>",
            view=scores.post_published,
            summary="Submit a score, as published",
            description="The same as a submission to the board of that name.",
            guarded=True,
            body=Body(PublishedScoreBody, e.PUBLISHED_SCORE),
            answers={202: Answer([answers.Accepted], e.ACCEPTED, _STORED)},
            problems=[P.UNAVAILABLE, P.UNACKNOWLEDGED],
        ),
        Operation(
            tag="published",
            method="GET",
            rule="/<leaderboard>/<name>",
            view=published.get_standing,
            summary="Read a standing, as published",
            description="`rank` counts from 0. An unknown player has score 0 and rank null.",
            answers={200: Answer([answers.PublishedStanding], e.PUBLISHED_STANDING, "Score and rank")},
            problems=[P.UNAVAILABLE],
        ),
        Operation(
            tag="published",
            method="GET",
            rule="/<leaderboard>",
            view=published.get_page,
            summary="Read a page by rank, as published",
            description="From startRank to before endRank, at most 100 rows. An unknown leaderboard is empty.",
            query=PublishedPageQuery,
            answers={200: Answer([answers.PublishedPage], e.PUBLISHED_PAGE, "The page")},
            problems=[P.UNAVAILABLE],
        ),
    ]


def _operations(operations: OperationRoutes) -> list[Operation]:
    health = {"status": "ready", "checks": {"queue": "ok", "redis": "ok", "postgres": "ok"}}
    return [
        Operation(
            tag="operations",
            method="GET",
            rule="/healthz",
            view=operations.healthz,
            summary="Ask whether the process answers",
            description="Never asks a dependency.",
            answers={200: Answer([answers.Health], {"status": "alive", "checks": {}}, "It answers")},
        ),
        Operation(
            tag="operations",
            method="GET",
            rule="/readyz",
            view=operations.readyz,
            summary="Ask whether the gateway can accept submissions",
            description="503 only where the queue does not answer or the gateway is about to stop. Without Redis or "
            "PostgreSQL it is `degraded` and stays in rotation: it still accepts.",
            answers={
                200: Answer([answers.Health], health, "It can accept"),
                503: Answer([answers.Health], health | {"status": "not ready"}, "It cannot accept"),
            },
        ),
        Operation(
            tag="operations",
            method="GET",
            rule="/metrics",
            view=operations.metrics,
            summary="Read the metrics",
            description="Prometheus' text form.",
            answers={200: Answer([], "gateway_buffered_submissions 0.0", "The metrics", "text/plain")},
        ),
    ]


def _documentation(documentation: DocumentationRoutes) -> list[Operation]:
    return [
        Operation(
            tag="operations",
            method="GET",
            rule="/openapi.json",
            view=documentation.openapi,
            summary="Read the OpenAPI document",
            description="This document.",
            answers={200: Answer([], {"openapi": "3.1.0"}, "The document", "application/vnd.oai.openapi+json")},
        ),
        Operation(
            tag="operations",
            method="GET",
            rule="/docs",
            view=documentation.page,
            summary="Read the documentation",
            description="A page for people, made from the OpenAPI document.",
            answers={200: Answer([], "<!doctype html>", "The page", "text/html")},
        ),
        Operation(
            tag="operations",
            method="GET",
            rule="/docs/problems/<slug>",
            view=documentation.problem,
            summary="Read what a type of problem means",
            description="Every problem's `type` leads here.",
            answers={200: Answer([], "<!doctype html>", "The page", "text/html")},
            problems=[P.NOT_FOUND],
        ),
    ]
