"""All routes about suspect plays and players' names, in one place."""

from dataclasses import dataclass
from typing import Final

from ledgerboard_gateway.http.name_routes import NameRoutes
from ledgerboard_gateway.http.operations import Operation
from ledgerboard_gateway.http.review_routes import ReviewRoutes

MODERATION_TAGS: Final = {
    "reviews": "Decide about plays that the rules of their board suspect.",
    "names": "What players are called in front of people.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModerationRoutes:
    """The objects whose methods are the views of reviews and names."""

    reviews: ReviewRoutes
    names: NameRoutes

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [*self.reviews.operations(), *self.names.operations()]
