"""Closings, hooks and deliveries in memory, and the routes over them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from ledgerboard_contracts import Period, Standing
from ledgerboard_gateway.http.closing_routes import ClosingRoutes
from ledgerboard_gateway.http.hook_routes import HookRoutes
from ledgerboard_gateway.http.season_routes import Definitions, SeasonRoutes
from ledgerboard_gateway.settings import HookSettings
from ledgerboard_ledger import Closing, Delivery, Hook
from ledgerboard_testkit.memory import NOON, FixedClock

DELIVERY_ID: Final = UUID("019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5e")


@dataclass
class MemoryFinals:
    """Final standings, by the number of their closing."""

    closings: list[Closing] = field(default_factory=list)
    standings: dict[int, list[Standing]] = field(default_factory=dict)

    def close(self, board: str, key: str, *players: str) -> None:
        number = len(self.closings) + 1
        self.closings.append(
            Closing(
                number=number, board=board, period="season", key=key, starts_at=NOON - timedelta(days=9), ends_at=NOON,
                board_version=1, closed_at=NOON, entries=len(players), late_facts=0,
            )
        )  # fmt: skip
        self.standings[number] = [
            Standing(rank=rank, position=rank + 1, player=player, score=100 - rank, achieved_at=NOON)
            for rank, player in enumerate(players)
        ]

    def seasons(self, board: str) -> Sequence[Closing]:
        return [closing for closing in self.closings if closing.board == board]

    def closing(self, board: str, period: Period, key: str) -> Closing | None:
        assert period is Period.SEASON
        return next((closing for closing in self.seasons(board) if closing.key == key), None)

    def page(self, closing: int, after: int | None, limit: int) -> Sequence[Standing]:
        return [each for each in self.standings[closing] if after is None or each.rank > after][:limit]

    def standing(self, closing: int, player: str) -> Standing | None:
        return next((each for each in self.standings[closing] if each.player == player), None)


@dataclass
class MemoryHooks:
    """Hooks by name."""

    kept: dict[str, Hook] = field(default_factory=dict)

    def put(self, hook: Hook) -> bool:
        is_new = hook.hook not in self.kept
        self.kept[hook.hook] = hook
        return is_new

    def list(self) -> Sequence[Hook]:
        return [self.kept[name] for name in sorted(self.kept)]

    def delete(self, name: str) -> bool:
        return self.kept.pop(name, None) is not None


@dataclass
class MemoryOutbox:
    """One dead delivery."""

    delivery: Delivery = field(
        default_factory=lambda: Delivery(
            delivery_id=DELIVERY_ID, hook="prizes", event="season.closed", closing=1, state="dead", attempts=12,
            next_try_at=NOON, outcome="answered 500", created_at=NOON,
        )
    )  # fmt: skip
    replayed: list[UUID] = field(default_factory=list)

    def list(self, state: str | None, after: UUID | None, limit: int) -> Sequence[Delivery]:
        found = [self.delivery] if state in {None, self.delivery.state} else []
        return [each for each in found if after is None or each.delivery_id > after][:limit]

    def replay(self, delivery_id: UUID) -> bool:
        self.replayed.append(delivery_id)
        return delivery_id == DELIVERY_ID


class MemoryClosed:
    """The collaborators of the routes of seasons and hooks."""

    def __init__(self, definitions: Definitions, clock: FixedClock) -> None:
        self.finals, self.hooks, self.outbox = MemoryFinals(), MemoryHooks(), MemoryOutbox()
        self.routes = ClosingRoutes(
            seasons=SeasonRoutes(definitions, self.finals, clock),
            hooks=HookRoutes(self.hooks, self.outbox, HookSettings()),
        )
