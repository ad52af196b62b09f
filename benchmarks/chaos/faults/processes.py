"""Faults of the services' processes: they die, stand still, or find their clocks moved."""

import os
import signal
from contextlib import suppress
from typing import Final

from benchmarks.chaos.kinds import Kind, SkippedError, Steps
from benchmarks.chaos.network.links import OPEN, Condition, Way
from benchmarks.chaos.operators import WHY
from benchmarks.chaos.plan import Fault
from benchmarks.chaos.world import World

_SKEW_SECONDS: Final = 25.0
_FAR_SECONDS: Final = 60.0
_JUMP_SECONDS: Final = 1.5
_LATE_SECONDS: Final = (0.5, 4.0)
_WAITING_SECONDS: Final = (3.0, 12.0)
_REBUILT_SECONDS: Final = 2.0


def kill(world: World, fault: Fault) -> Steps:
    """Kill, and start again a moment later, as a platform does."""
    world.stack.kill(fault.target)
    yield fault.seconds
    world.stack.services[fault.target].launch()


def pause(world: World, fault: Fault) -> Steps:
    """Stop the process and all of its children; they go on as if nothing had been."""
    group = stopped(world, fault.target)
    yield fault.seconds
    go_on(group)


def freeze(world: World, fault: Fault) -> Steps:
    """Stop a process while it waits for a store, so that it goes on by what it knew when it asked."""
    dice, service = fault.dice(), fault.target.partition("/")[0]
    world.set_links(fault.target, Condition(Way.SLOW, seconds=dice.uniform(*_LATE_SECONDS)))
    yield dice.uniform(*_WAITING_SECONDS)
    group = stopped(world, service)
    yield fault.seconds
    world.set_links(fault.target, OPEN)
    go_on(group)


def hold_history(world: World, fault: Fault) -> Steps:
    """Stop every process that records, so that plays are on the boards long before they are in the ledger.

    Often all boards are rebuilt as it begins, and again so late that the recorders go on in the middle of it.
    """
    dice = fault.dice()
    groups = [stopped(world, name) for name in world.replicas_of("history")]
    if dice.random() < 0.6:
        world.operators.ask("POST", "/v1/rebuilds", WHY)
    yield max(0.0, fault.seconds - _REBUILT_SECONDS)
    if dice.random() < 0.6:
        world.operators.ask("POST", "/v1/rebuilds", WHY)
    yield min(fault.seconds, _REBUILT_SECONDS)
    go_on(*groups)


def move_clock(world: World, fault: Fault) -> Steps:
    """Let the clock be wrong by less than the skew that is allowed."""
    yield from _moved(world, fault, fault.dice().choice((-_SKEW_SECONDS, _SKEW_SECONDS)))


def move_clock_far(world: World, fault: Fault) -> Steps:
    """Let the clock be wrong by twice the skew that is allowed."""
    yield from _moved(world, fault, fault.dice().choice((-_FAR_SECONDS, _FAR_SECONDS, _FAR_SECONDS)))


def jump_clock(world: World, fault: Fault) -> Steps:
    """Let the clock jump forth and back."""
    dice, left = fault.dice(), fault.seconds
    while left > 0:
        world.clocks.move(fault.target, dice.uniform(-_SKEW_SECONDS, _SKEW_SECONDS))
        step = min(left, dice.uniform(0.2, _JUMP_SECONDS) * 2)
        yield step
        left -= step
    world.clocks.move(fault.target, 0.0)


def _moved(world: World, fault: Fault, seconds: float) -> Steps:
    world.clocks.move(fault.target, seconds)
    yield fault.seconds
    world.clocks.move(fault.target, 0.0)


def stopped(world: World, name: str) -> int:
    """Its process group, which stands still now."""
    try:
        group = world.stack.services[name].pid
        os.killpg(group, signal.SIGSTOP)
    except (RuntimeError, ProcessLookupError) as error:
        raise SkippedError(f"{name} is down") from error
    return group


def go_on(*groups: int) -> None:
    """Let these process groups go on, as far as they are still there."""
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGCONT)


_AS_EVER: Final = "Requests to it may fail. Its messages come again; every score is there once."

KINDS: Final = (
    Kind(
        name="kill",
        does="A process is killed with signal 9 in the middle of its work, and started again within 4 s.",
        shows=_AS_EVER,
        per_hour=180,
        seconds=(0.0, 4.0),
        targets="services",
        act=kill,
    ),
    Kind(
        name="pause",
        does="A process is stopped for 2 to 20 s (SIGSTOP, SIGCONT), and finds the world older than it thinks.",
        shows=_AS_EVER,
        per_hour=120,
        seconds=(2.0, 20.0),
        targets="services",
        act=pause,
    ),
    Kind(
        name="long-pause",
        does="A process is stopped for 20 to 60 s: longer than messages stay hidden and horizons reach.",
        shows="Its messages go to others. What it does afterwards by what it knew before changes nothing.",
        per_hour=60,
        seconds=(20.0, 60.0),
        targets="workers",
        act=pause,
    ),
    Kind(
        name="freeze",
        does="A store's answers to a process come 0.5 to 4 s late, and meanwhile it is stopped for 36 to 60 s: most "
        "likely between a question and what it does with the answer.",
        shows="What it does afterwards by what it knew before changes nothing.",
        per_hour=20,
        seconds=(36.0, 60.0),
        targets="worker links",
        excludes="freeze",
        act=freeze,
    ),
    Kind(
        name="history-late",
        does="Every recorder is stopped for 36 to 80 s, while the boards go on: the ledger lags by more than horizons. "
        "Often all boards are rebuilt when it begins, and again just before it ends.",
        shows="Boards that were rebuilt meanwhile lack plays until the ledger has them, and show all of them then.",
        per_hour=14,
        seconds=(36.0, 80.0),
        excludes="history",
        act=hold_history,
    ),
    Kind(
        name="clock",
        does="A process's clock is 25 s ahead or behind for 10 to 60 s, within the skew that is allowed.",
        shows="Nothing, but that scores of sessions may be judged later.",
        per_hour=50,
        seconds=(10.0, 60.0),
        targets="services",
        excludes="clock",
        act=move_clock,
    ),
    Kind(
        name="clock-far",
        does="A process's clock is 60 s ahead or behind, beyond the skew that is allowed.",
        shows="What a gateway accepts by a clock that is ahead is held until that moment, and counts then.",
        per_hour=30,
        seconds=(10.0, 60.0),
        targets="services",
        excludes="clock",
        act=move_clock_far,
    ),
    Kind(
        name="clock-jump",
        does="A process's clock jumps forth and back by up to 25 s, every few seconds.",
        shows="Nothing.",
        per_hour=20,
        seconds=(10.0, 40.0),
        targets="services",
        excludes="clock",
        act=jump_clock,
    ),
)
