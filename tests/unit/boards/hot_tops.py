"""Tops as a test needs them: made by hand, counted, and slow where the test says so."""

from collections.abc import Callable
from typing import Final

from ledgerboard_boards import CachedTop, HotTops, UnchangedTop
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_TIME, BoardOptions, View

Happening = Callable[[], None]

STAGE: Final = "test"
CHESS: Final = View("chess", ALL_TIME)
OPTIONS: Final = BoardOptions()


class CountedTops:
    """The tops of the server: each view at a version, and how often somebody asked."""

    def __init__(self) -> None:
        self.versions: dict[View, int] = {}
        self.total = 0
        self.calls = 0
        self.meanwhile: Happening = lambda: None
        """What happens between the server's answer and its arrival."""

    def top(self, view: View, _options: BoardOptions) -> CachedTop:
        self.calls += 1
        version = self.versions.get(view, 0)
        top = CachedTop(version, b"[%d]" % version, self.total)
        self.meanwhile()
        return top

    def top_since(self, view: View, options: BoardOptions, version: int) -> CachedTop | UnchangedTop:
        top = self.top(view, options)
        return UnchangedTop(version, top.total) if top.version == version else top


class Time:
    """A clock that moves when it is told, and when somebody pauses."""

    def __init__(self) -> None:
        self.now = 100.0
        self.pauses: list[float] = []

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


class Scene:
    """A server, the announcements of its changes, and a process that keeps its hot tops."""

    def __init__(self, *, capacity: int = 10, listening: bool = True) -> None:
        self.server = CountedTops()
        self.time = Time()
        self.hot = HotTops(self.server, STAGE, capacity=capacity, clock=self.time.clock, pause=self.time.pause)
        if listening:
            self.hot.connected()

    def read(self, view: View = CHESS) -> int:
        """The version that a reader gets."""
        top = self.hot.top(view, OPTIONS)
        assert top.body == b"[%d]" % top.version
        return top.version

    def change(self, view: View = CHESS) -> None:
        """The top changes, and nobody has heard of it yet."""
        self.server.versions[view] = self.server.versions.get(view, 0) + 1

    def announce(self, view: View = CHESS) -> None:
        """The newest change is heard of."""
        self.hot.heard(Keyspace(STAGE).of(view).top, self.server.versions.get(view, 0))

    def change_and_announce(self) -> None:
        self.change()
        self.announce()
