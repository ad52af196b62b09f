"""Say and read what players are called."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Protocol

import msgspec
from flask import Response
from msgspec import Meta

from ledgerboard_contracts import InvalidNameError, check_player
from ledgerboard_contracts.display_names import MAX_SAID
from ledgerboard_contracts.scores import PlayerId
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.account_bodies import read
from ledgerboard_gateway.http.auditing import note_before
from ledgerboard_gateway.http.operations import LIST_BODY_BYTES, Answer, Body, Operation
from ledgerboard_gateway.http.problems import FieldError, ProblemError, invalid
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import caller_looking_after, note, player_in_path
from ledgerboard_gateway.names import BannedWordError

MAX_PLAYERS: Final = 100
_RULE: Final = "/v1/players/<player>/name"
_NAMED: Final = {"player": "theburningmonk", "name": "Yan Cui"}
_NAMELESS: Final = {"player": "ubecker", "name": None}


class NameBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to be called. White space around it is not kept, and accents are composed (NFC)."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_SAID)]


class PlayersBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose names are asked for."""

    players: Annotated[list[PlayerId], Meta(min_length=1, max_length=MAX_PLAYERS)]


class NameItem(msgspec.Struct, frozen=True, kw_only=True):
    """A player and their name: exactly as it is kept, or null for who has none."""

    player: str
    name: str | None


class NamesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Players and their names, in the order in which they were asked for."""

    names: tuple[NameItem, ...]


class Names(Protocol):
    """Players' names. Raises `UnavailableError`."""

    def call(self, player: str, said: str) -> str:
        """The name as it is kept. Raises `InvalidNameError` and `BannedWordError`."""
        ...

    def forget(self, player: str) -> None:
        """Let a player have no name."""
        ...

    def of(self, players: Sequence[str]) -> Mapping[str, str]:
        """The names of those players who have one."""
        ...


class Bans(Protocol):
    """Who is banned."""

    def has_ban(self, player: str) -> bool:
        """Whether the player is banned on any board."""
        ...


class NameRoutes:
    """The routes of names. Each is safe to repeat."""

    def __init__(self, names: Names, bans: Bans) -> None:
        self._names = names
        self._bans = bans

    def put_name(self, player: str) -> Response:
        """Call a player by a name. Of one who is banned, managers alone say the name: it stands on every board."""
        if not caller_looking_after(player_in_path(player)).is_manager and self._bans.has_ban(player):
            raise ProblemError(P.PLAYER_BANNED, f"{player} is banned.")
        self._note_before(player)
        try:
            name = self._names.call(player, read(NameBody).name)
        except InvalidNameError as error:
            raise invalid("name", str(error)) from None
        except BannedWordError as error:
            raise refused_name("name", error) from None
        return rendering.answer(NameItem(player=player, name=name))

    def get_name(self, player: str) -> Response:
        """Tell a player's name."""
        known = self._names.of([player_in_path(player)])
        return rendering.answer(NameItem(player=player, name=known.get(player)))

    def get_names(self) -> Response:
        """Tell the names of many."""
        players = read(PlayersBody).players
        for number, player in enumerate(players):
            try:
                check_player(player)
            except InvalidNameError as error:
                raise invalid(f"players[{number}]", str(error)) from error
        known = self._names.of(players)
        items = tuple(NameItem(player=player, name=known.get(player)) for player in players)
        return rendering.answer(NamesAnswer(names=items))

    def delete_name(self, player: str) -> Response:
        """Let a player have no name."""
        caller_looking_after(player_in_path(player))
        self._note_before(player)
        self._names.forget(player)
        note(player=player)
        return rendering.answer(NameItem(player=player, name=None))

    def _note_before(self, player: str) -> None:
        note_before(NameItem(player=player, name=self._names.of([player]).get(player)))

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        named: dict[str, Any] = {"answers": {200: Answer([NameItem], _NAMED, "The player's name")}, "tag": "names"}
        return [
            Operation(
                method="PUT", rule=_RULE, view=self.put_name, summary="Say what a player is called",
                description="1 to 40 characters that show: no control characters, none that are invisible or turn text "
                "around. The answer holds the name as it is kept. Names need not be unique: show the id beside it "
                "where that matters.",
                body=Body(NameBody, {"name": "Yan Cui"}),
                problems=[P.NAME_REFUSED, P.PLAYER_BANNED, P.UNAVAILABLE], **named,
            ),
            Operation(
                method="GET", rule=_RULE, view=self.get_name, summary="Read a player's name",
                description="`name` is null for a player who has none, known or unknown.",
                problems=[P.UNAVAILABLE], **named,
            ),
            Operation(
                method="DELETE", rule=_RULE, view=self.delete_name, summary="Let a player have no name",
                description="Harmless where they have none.", problems=[P.UNAVAILABLE],
                tag="names", answers={200: Answer([NameItem], _NAMELESS, "The player has no name")},
            ),
            Operation(
                method="POST", rule="/v1/players/names", view=self.get_names, summary="Read the names of many players",
                description=f"At most {MAX_PLAYERS} at a time: those of a page of standings.",
                body=Body(PlayersBody, {"players": ["theburningmonk", "ubecker"]}, LIST_BODY_BYTES),
                problems=[P.UNAVAILABLE],
                tag="names", answers={200: Answer([NamesAnswer], {"names": [_NAMED, _NAMELESS]}, "Their names")},
            ),
        ]  # fmt: skip


def refused_name(field: str, error: BannedWordError) -> ProblemError:
    """The 422 problem. It repeats neither the name nor the word."""
    return ProblemError(P.NAME_REFUSED, f"{field}: {error}", errors=[FieldError(field, str(error))])
