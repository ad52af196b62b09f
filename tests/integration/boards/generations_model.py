"""Generations of one board as plain lists of facts, and what the boards must hold of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

import msgspec
import redis

from ledgerboard_boards import BoardStates, RedisBoards, RedisStandings, view_id
from ledgerboard_boards.codec import prefix_bytes
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import BoardOptions, Fact, FactEnvelope, Policy, Standing, View, views_of
from ledgerboard_testkit.rankings import expected_standings

from .games import BOARD, NOW


@dataclass
class Generation:
    """What was folded into one generation, what was marked there, and which envelopes it was drawn from."""

    number: int
    options: BoardOptions
    facts: dict[UUID, Fact] = field(default_factory=dict[UUID, Fact])
    marks: set[UUID] = field(default_factory=set[UUID])
    contained: set[UUID] = field(default_factory=set[UUID])

    def takes(self, envelope: FactEnvelope) -> bool:
        """Whether it may be folded here. A sum has it already where the ledger had it: the ranker asks."""
        return self.options.policy is not Policy.TOTAL or envelope.envelope_id not in self.contained

    def fold(self, envelope: FactEnvelope) -> None:
        if self.options.policy is Policy.TOTAL and envelope.envelope_id in self.marks:
            return
        self.marks.add(envelope.envelope_id)
        self.facts |= {fact.event_id: fact for fact in envelope.facts}

    def draw(self, player: str, facts: Iterable[Fact]) -> None:
        """From now on these are all that counts of the player's plays."""
        others = {event_id: fact for event_id, fact in self.facts.items() if fact.player != player}
        self.facts = others | {fact.event_id: fact for fact in facts}

    def of(self, player: str) -> list[Fact]:
        return [fact for fact in self.facts.values() if fact.player == player]

    def views(self, facts: Iterable[Fact] | None = None) -> set[View]:
        """The views of the facts that are not past their end."""
        counted = self.facts.values() if facts is None else facts
        found = {view for fact in counted for view in views_of(BOARD, fact, self.options)}
        return {
            View(BOARD, view.span, view.scope, self.number)
            for view in found
            if view.span.expires_at is None or view.span.expires_at > NOW
        }

    def standings(self, view: View) -> tuple[Standing, ...]:
        plain = View(BOARD, view.span, view.scope)
        return expected_standings(self.facts.values(), self.options, plain)


class Held:
    """What Redis holds of the board."""

    def __init__(self, client: redis.Redis, stage: str) -> None:
        self.client = client
        self.boards, self.states = RedisBoards(client, stage), BoardStates(client, stage)
        self._keyspace, self._standings = Keyspace(stage), RedisStandings(client, stage)

    def check(self, generation: Generation, ever: Iterable[View], *, live: bool) -> None:
        """Every view, also one that is empty by now, is the plain fold; and the registry knows all that are not."""
        views = generation.views()
        assert {view_id(view) for view in views} <= set(self.boards.views(BOARD, generation.number))
        for view in views.union(ever):
            expected = generation.standings(view)
            self._check_entries(generation, view, expected)
            if live:
                page = self._standings.page(view, generation.options, 0, 1000)
                assert page.standings == expected
                top = self._standings.top(view, generation.options)
                assert msgspec.json.decode(top.body, type=tuple[Standing, ...]) == expected

    def _check_entries(self, generation: Generation, view: View, expected: Sequence[Standing]) -> None:
        """Page by page they are all there; and the hash leads to each player's entry: of several, to the first."""
        found = self.boards.entries(view, generation.options, None, 3)
        entries = list(found)
        while found:
            found = self.boards.entries(view, generation.options, found[-1], 3)
            entries += found
        assert tuple(entry.standing for entry in entries) == tuple(expected)
        keys, width = self._keyspace.of(view), prefix_bytes(generation.options, view.scope)
        prefixes = cast("dict[bytes, bytes]", self.client.hgetall(keys.prefixes))
        ranks = {player: self.client.zrank(keys.entries, value[:width] + player) for player, value in prefixes.items()}
        assert ranks == {each.player.encode(): each.rank for each in reversed(expected)}

    def keys(self) -> dict[bytes, int]:
        """All keys of the board, but for its state and its marks, each with the number of its generation."""
        tag = self._keyspace.state(BOARD).removesuffix(b"state")
        names = list(self.client.scan_iter(tag + b"*", count=1000))
        parts = {key: key.removeprefix(tag).split(b":") for key in names}
        return {key: int(part[1]) for key, part in parts.items() if part[0] not in {b"state", b"seen"}}
