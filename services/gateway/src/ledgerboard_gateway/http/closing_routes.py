"""All routes about what closed, in one place."""

from dataclasses import dataclass

from ledgerboard_gateway.http.hook_routes import HookRoutes
from ledgerboard_gateway.http.operations import Operation
from ledgerboard_gateway.http.season_routes import SeasonRoutes

CLOSING_TAGS = {
    "seasons": "Read the seasons of a board, and their final standings, which are kept for ever.",
    "hooks": "Tell other services when a period closes.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingRoutes:
    """The objects whose methods are the views of seasons and hooks."""

    seasons: SeasonRoutes
    hooks: HookRoutes

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [*self.seasons.operations(), *self.hooks.operations()]
