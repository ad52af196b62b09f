"""What operators do while everything breaks: corrections, new definitions, rebuilds, boards that go and come back.

None of it is a fault of anybody's. Each is what makes a fault beside it matter.
"""

import random
from typing import Final
from urllib.parse import quote, urlencode

from benchmarks.chaos.kinds import Kind, SkippedError, Steps
from benchmarks.chaos.operators import WHY
from benchmarks.chaos.plan import Fault
from benchmarks.chaos.traffic import a_player
from benchmarks.chaos.world import World


def void(world: World, fault: Fault) -> Steps:
    """Void one of the scores that were accepted lately."""
    found = world.recorder.any_event(fault.dice())
    if found is None:
        raise SkippedError("nothing was accepted yet")
    world.operators.correct("POST", f"/v1/events/{found[1]}/void", WHY, f"void {found[0]}")
    yield 0.0


def ban(world: World, fault: Fault) -> Steps:
    """Ban a player, on one board or everywhere, and let some of them play again some time later."""
    dice = fault.dice()
    player, board = a_player(dice), dice.choice([None, fault.target])
    body = {**WHY, **({} if board is None else {"board": board})}
    path = f"/v1/players/{quote(player)}"
    world.operators.correct("POST", f"{path}/ban", body, f"ban {player} {board}")
    yield fault.seconds
    if dice.random() < 0.9:
        world.operators.correct("POST", f"{path}/unban", body, f"unban {player} {board}")


def erase(world: World, fault: Fault) -> Steps:
    """Erase a player, who plays on."""
    player = a_player(fault.dice())
    world.operators.correct("POST", f"/v1/players/{quote(player)}/erase", WHY, f"erase {player}")
    yield 0.0


def reset(world: World, fault: Fault) -> Steps:
    """Let a board begin anew."""
    world.operators.correct("POST", f"/v1/boards/{fault.target}/reset", WHY, f"reset {fault.target}")
    yield 0.0


def delete(world: World, fault: Fault) -> Steps:
    """Delete a board that is played, and define it anew, unless a player was faster."""
    path = f"/v1/boards/{fault.target}"
    world.operators.correct("DELETE", f"{path}?{urlencode(WHY)}", None, f"delete {fault.target}")
    yield fault.seconds
    world.operators.ask("PUT", path, world.boards[fault.target].options)


def redefine(world: World, fault: Fault) -> Steps:
    """Give a board other options, most of which rank otherwise."""
    world.operators.ask("PUT", f"/v1/boards/{fault.target}", fault.dice().choice(world.boards[fault.target].edits))
    yield 0.0


def rebuild(world: World, fault: Fault) -> Steps:
    """Ask for a rebuild of a board, or of all; sometimes again a while later."""
    dice = fault.dice()
    is_of_all = dice.random() < 0.25
    path = "/v1/rebuilds" if is_of_all else f"/v1/boards/{fault.target}/rebuild"
    world.operators.ask("POST", path, WHY)
    if _is_lucky(dice, 0.5):
        yield fault.seconds
        world.operators.ask("POST", path, WHY)
    yield 0.0


def _is_lucky(dice: random.Random, share: float) -> bool:
    return dice.random() < share


_FOLLOWS: Final = "Every view follows, in whatever order corrections and plays arrive."

KINDS: Final = (
    Kind(name="void", does="A score is voided.", shows=_FOLLOWS, per_hour=260, act=void),
    Kind(
        name="ban",
        does="A player is banned on a board or everywhere; most are unbanned within 40 s.",
        shows=_FOLLOWS,
        per_hour=60,
        seconds=(2.0, 40.0),
        targets="boards",
        act=ban,
    ),
    Kind(name="erase", does="A player is erased, and plays on.", shows=_FOLLOWS, per_hour=12, act=erase),
    Kind(name="reset", does="A board is reset.", shows=_FOLLOWS, per_hour=12, targets="resettable boards", act=reset),
    Kind(
        name="delete",
        does="A board is deleted while it is played, and defined anew within 20 s.",
        shows="It is gone, and what is played from then on is on it.",
        per_hour=12,
        seconds=(0.5, 20.0),
        targets="mortal boards",
        act=delete,
    ),
    Kind(
        name="redefine",
        does="A board gets another policy, order, tie-breaks, time zone, levels or bounds.",
        shows="It is read by the former definition until it is built anew by the next one.",
        per_hour=30,
        targets="edited boards",
        act=redefine,
    ),
    Kind(
        name="rebuild",
        does="A rebuild of a board is asked for, or of all, and sometimes once more within 50 s.",
        shows="The board is read as ever until the next generation takes its place.",
        per_hour=60,
        seconds=(1.0, 50.0),
        targets="boards",
        act=rebuild,
    ),
)
