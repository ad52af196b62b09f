"""Query parameters of places in a view: of one player, of several, and of a score that nobody has yet."""

from typing import Final

from marshmallow import fields, validate

from ledgerboard_contracts import MAX_SCORE, check_board, check_player
from ledgerboard_contracts.boards import MAX_TIE_BREAKS
from ledgerboard_gateway.http.query_fields import CommaList, Digits, ShortList
from ledgerboard_gateway.http.view_query import RankingQuery, ScoreDigits, sound

MAX_SIDE: Final = 50
MAX_LIST: Final = 100
MAX_BOARDS: Final = 20


class NeighboursQuery(RankingQuery):
    """How far around a place."""

    n = Digits(
        load_default=5,
        validate=validate.Range(0, MAX_SIDE),
        metadata={"description": "How many rows above and below. Near an end the other side gives more.", "example": 5},
    )


class LookupQuery(RankingQuery):
    """Several players, named one by one."""

    player = ShortList(
        fields.String(validate=sound(check_player)),
        least=1,
        most=MAX_LIST,
        required=True,
        metadata={
            "description": f"A player's id; given again for each of up to {MAX_LIST}.",
            "example": ["ada", "bob"],
        },
    )


class BoardsOfPlayerQuery(RankingQuery):
    """Several boards of one player."""

    boards = CommaList(
        fields.String(validate=sound(check_board)),
        least=1,
        most=MAX_BOARDS,
        required=True,
        metadata={
            "description": f"The boards' names, with commas between them, at most {MAX_BOARDS}.",
            "example": ["mario-kart", "mario-party"],
        },
    )


class HypotheticalQuery(RankingQuery):
    """Whose play it would be, and how it would break ties."""

    player = fields.String(
        load_default=None,
        validate=sound(check_player),
        metadata={
            "description": "Who would play: the play that counts now gives way. Else a newcomer.",
            "example": "ada",
        },
    )
    ties = CommaList(
        ScoreDigits(validate=validate.Range(-MAX_SCORE, MAX_SCORE)),
        most=MAX_TIE_BREAKS,
        load_default=(),
        metadata={
            "description": "Values of the board's tie-breaks in their order, with commas between them; those that are "
            "left out count as the worst.",
            "example": [3, 20],
        },
    )
