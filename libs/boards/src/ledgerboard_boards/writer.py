"""Write the boards: everything that changes a view, in one class."""

from ledgerboard_boards.beside import Beside
from ledgerboard_boards.registry import Registry
from ledgerboard_boards.restating import Restates


class RedisBoards(Restates, Registry, Beside):
    """The live boards in Redis. Raises `UnavailableError` where Redis is down or cannot serve now.

    Every write that depends on a board's state names the version of it that it was made by. Where the state is another
    by now, nothing is written.
    """
