"""All routes of the gateway, by what they are about."""

from dataclasses import dataclass
from typing import Final

from ledgerboard_gateway.http.account_documentation import ACCOUNT_TAGS
from ledgerboard_gateway.http.account_routes import AccountRoutes
from ledgerboard_gateway.http.audit_routes import AUDIT_TAGS, AuditRoutes
from ledgerboard_gateway.http.board_routes import BoardRoutes
from ledgerboard_gateway.http.classic_documentation import CLASSIC_TAGS
from ledgerboard_gateway.http.classic_routes import ClassicRoutes
from ledgerboard_gateway.http.closing_routes import CLOSING_TAGS, ClosingRoutes
from ledgerboard_gateway.http.documentation_routes import DocumentationRoutes
from ledgerboard_gateway.http.game_routes import GAME_TAGS, GameRoutes
from ledgerboard_gateway.http.history_routes import HistoryRoutes
from ledgerboard_gateway.http.key_routes import KEY_TAGS, KeyRoutes
from ledgerboard_gateway.http.moderation_routes import MODERATION_TAGS, ModerationRoutes
from ledgerboard_gateway.http.operation_routes import OperationRoutes
from ledgerboard_gateway.http.operations import Operation
from ledgerboard_gateway.http.operator_routes import OPERATOR_TAGS, OperatorRoutes
from ledgerboard_gateway.http.placing_routes import PlacingRoutes
from ledgerboard_gateway.http.player_routes import PlayerRoutes
from ledgerboard_gateway.http.published_routes import PublishedRoutes
from ledgerboard_gateway.http.score_routes import ScoreRoutes
from ledgerboard_gateway.http.standing_routes import StandingRoutes
from ledgerboard_gateway.http.user_score_routes import UserScoreRoutes

TAGS: Final = {
    "scores": "Submit scores. 202 means that the queue stores the submission; its event id tells what became of it.",
    "standings": "Read the live boards.",
    "history": "Read the ledger: the record of every score that was accepted or refused.",
    "boards": "Define boards.",
    **CLOSING_TAGS,
    **GAME_TAGS,
    **OPERATOR_TAGS,
    **MODERATION_TAGS,
    **KEY_TAGS,
    **AUDIT_TAGS,
    **ACCOUNT_TAGS,
    **CLASSIC_TAGS,
    "published": "The routes of a published leaderboard service, exactly as they are known.",
    "operations": "Health, metrics and this documentation.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """The objects whose methods are the views."""

    scores: ScoreRoutes
    standings: StandingRoutes
    players: PlayerRoutes
    placings: PlacingRoutes
    history: HistoryRoutes
    boards: BoardRoutes
    closings: ClosingRoutes
    games: GameRoutes
    operators: OperatorRoutes
    moderation: ModerationRoutes
    keys: KeyRoutes
    audit: AuditRoutes
    accounts: AccountRoutes
    user_scores: UserScoreRoutes
    classic: ClassicRoutes
    published: PublishedRoutes
    operations: OperationRoutes
    documentation: DocumentationRoutes

    def all(self) -> list[Operation]:
        """Every operation. A static path wins over a published pattern whatever their order."""
        return [
            *self.scores.operations(),
            *self.standings.operations(),
            *self.players.operations(),
            *self.placings.operations(),
            *self.history.operations(),
            *self.boards.operations(),
            *self.closings.operations(),
            *self.games.operations(),
            *self.operators.operations(),
            *self.moderation.operations(),
            *self.keys.operations(),
            *self.audit.operations(),
            *self.accounts.operations(),
            *self.user_scores.operations(),
            *self.classic.operations(),
            *self.published.operations(),
            *self.operations.operations(),
            *self.documentation.operations(),
        ]
