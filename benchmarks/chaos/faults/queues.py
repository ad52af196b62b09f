"""Faults of the queues: they stand still, and they do what a standard queue may do at any time."""

import os
import signal
from contextlib import suppress
from typing import Final

from benchmarks.chaos.kinds import Kind, Steps
from benchmarks.chaos.plan import Fault
from benchmarks.chaos.world import MARK_SECONDS, World


def stall(world: World, fault: Fault) -> Steps:
    """The server stands still with every connection open: nobody is told anything."""
    group = os.getpgid(world.stack.sqs.pid)
    os.killpg(group, signal.SIGSTOP)
    yield fault.seconds
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGCONT)


def show_ghosts(world: World, fault: Fault) -> Steps:
    """Show messages that were deleted: just now, or long enough ago for their marks to be gone."""
    seconds = fault.dice().choice((2.0, MARK_SECONDS + 10.0, 2 * MARK_SECONDS))
    world.behave(ghosts=0.3, ghost_seconds=seconds)
    yield fault.seconds
    world.behave(ghosts=0.0)


def deliver_twice(world: World, fault: Fault) -> Steps:
    """Deliver messages a second time within 40 s, in another order, whoever has the first."""
    world.behave(copies=0.3)
    yield fault.seconds
    world.behave(copies=0.0)


def forgive_stale_deletes(world: World, fault: Fault) -> Steps:
    """Answer the deletion by a receipt that is too old with success, as SQS may."""
    world.behave(forgiving=True)
    yield fault.seconds
    world.behave(forgiving=False)


_ONCE: Final = "Every score is there once, and no sum counts one twice."

KINDS: Final = (
    Kind(
        name="queue-stall",
        does="The queue server stands still for 2 to 8 s with every connection open.",
        shows="503 after a bounded wait; nothing acknowledged is lost.",
        per_hour=12,
        seconds=(2.0, 8.0),
        excludes="queue-server",
        act=stall,
    ),
    Kind(
        name="ghosts",
        does="Messages that were deleted are shown again, seconds or minutes later, with a receive count of 1 or more.",
        shows=_ONCE,
        per_hour=40,
        seconds=(15.0, 60.0),
        excludes="ghosts",
        act=show_ghosts,
    ),
    Kind(
        name="duplicates",
        does="Messages are delivered twice within 40 s and in another order.",
        shows=_ONCE,
        per_hour=40,
        seconds=(15.0, 60.0),
        excludes="duplicates",
        act=deliver_twice,
    ),
    Kind(
        name="stale-deletes",
        does="The deletion of a message that somebody else has by now is answered with success, and deletes nothing.",
        shows=_ONCE,
        per_hour=30,
        seconds=(30.0, 90.0),
        excludes="stale-deletes",
        act=forgive_stale_deletes,
    ),
)
