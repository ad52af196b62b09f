"""Faults of the network between the services and each store."""

from typing import Final

from benchmarks.chaos.kinds import Kind, Steps
from benchmarks.chaos.network.links import OPEN, Condition, Way
from benchmarks.chaos.plan import Fault
from benchmarks.chaos.world import World


def cut(world: World, fault: Fault) -> Steps:
    """Connections break; sometimes nobody listens for a while."""
    if fault.luck % 3:
        yield from _in(world, fault, Condition(Way.REFUSED))
    else:
        world.cut(fault.target)
        yield 0.0


def slow(world: World, fault: Fault) -> Steps:
    """Answers come late: mostly by less than a time-out, of PostgreSQL sometimes by as much as a statement may take."""
    dice = fault.dice()
    most = 12.0 if fault.target.endswith("/postgres") else 2.5
    yield from _in(world, fault, Condition(Way.SLOW, seconds=dice.choice((0.05, 0.3, 1.0, most)) * dice.random()))


def hold(world: World, fault: Fault) -> Steps:
    """Everything waits, and is delivered late: also requests that nobody waits for any more."""
    yield from _in(world, fault, Condition(Way.HELD))


def silence(world: World, fault: Fault) -> Steps:
    """Everything is lost, and nobody is told."""
    yield from _in(world, fault, Condition(Way.SILENT))


def lose_answers(world: World, fault: Fault) -> Steps:
    """Requests go through, and some of their answers do not come back."""
    yield from _in(world, fault, Condition(Way.DEAF, share=fault.dice().choice((0.05, 0.2, 0.5))))


def _in(world: World, fault: Fault, condition: Condition) -> Steps:
    world.set_links(fault.target, condition)
    yield fault.seconds
    world.set_links(fault.target, OPEN)


_BOUNDED: Final = "Answers from the ledger, 503s and late boards while it lasts; afterwards every score is there once."

KINDS: Final = (
    Kind(
        name="cut",
        does="The connections between a service and a store, or between all and a store, are cut and refused.",
        shows=_BOUNDED,
        per_hour=60,
        seconds=(0.5, 8.0),
        targets="links",
        act=cut,
    ),
    Kind(
        name="slow",
        does="A store's answers to a service, or to all, come late: by up to 2.5 s, of PostgreSQL by up to 12 s.",
        shows=_BOUNDED,
        per_hour=60,
        seconds=(2.0, 30.0),
        targets="links",
        act=slow,
    ),
    Kind(
        name="held",
        does="What a service and a store send one another waits for 2 to 25 s and is then delivered, requests that "
        "were given up included.",
        shows=_BOUNDED,
        per_hour=40,
        seconds=(2.0, 25.0),
        targets="links",
        act=hold,
    ),
    Kind(
        name="half-open",
        does="What a service and a store send one another is lost for 5 to 30 s, and no end is told: the connections "
        "are half open from then on.",
        shows=_BOUNDED,
        per_hour=40,
        seconds=(5.0, 30.0),
        targets="links",
        act=silence,
    ),
    Kind(
        name="lost-answers",
        does="Requests to a store go through, and up to half of the answers are lost.",
        shows=_BOUNDED,
        per_hour=40,
        seconds=(5.0, 30.0),
        targets="links",
        act=lose_answers,
    ),
)
