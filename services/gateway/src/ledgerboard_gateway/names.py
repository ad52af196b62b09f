"""Keep what players want to be called."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ledgerboard_contracts.display_names import check_display_name
from ledgerboard_gateway.breaker import Breaker
from ledgerboard_gateway.words import Words
from ledgerboard_infra.clock import Clock


class BannedWordError(ValueError):
    """A name holds a word that nobody may be called by. The message does not tell which words there are."""

    def __init__(self) -> None:
        super().__init__("holds a word that is not allowed here")


class Record(Protocol):
    """The record of names. Raises `UnavailableError` when it is down."""

    def call(self, player: str, name: str, at: datetime) -> None:
        """Call the player so, as they said at that moment."""
        ...

    def forget(self, player: str) -> None:
        """Let the player have no name."""
        ...

    def names(self, players: Sequence[str]) -> Mapping[str, str]:
        """The names of those players who have one."""
        ...


class Names:
    """Players' names. Safe to repeat. Raises `UnavailableError`, at once while the record is known to be down."""

    def __init__(self, record: Record, words: Words, clock: Clock) -> None:
        self._record = record
        self._words = words
        self._clock = clock
        self._breaker = Breaker("the record of names")

    def call(self, player: str, said: str) -> str:
        """Call a player so and return the name as it is kept. Raises `InvalidNameError` and `BannedWordError`."""
        name = check_display_name(said)
        if self._words.are_in(name):
            raise BannedWordError
        self._breaker.call(lambda: self._record.call(player, name, self._clock.now()))
        return name

    def forget(self, player: str) -> None:
        """Let a player have no name."""
        self._breaker.call(lambda: self._record.forget(player))

    def of(self, players: Sequence[str]) -> Mapping[str, str]:
        """The names of those players who have one."""
        return self._breaker.call(lambda: self._record.names(players))
