"""Read the boards: everything that may be asked about a view, in one class."""

from ledgerboard_boards.pages import Pages
from ledgerboard_boards.places import Places
from ledgerboard_boards.tops import Tops


class RedisStandings(Pages, Places, Tops):
    """The live boards as they are read.

    A view that does not exist yet reads as an empty one. Every method raises `ViewExpiredError` for a view that is past
    its end by the server's clock, `RankTooDeepError` for a dense rank that would cost too much, and `UnavailableError`
    where Redis is down or cannot serve now.
    """
