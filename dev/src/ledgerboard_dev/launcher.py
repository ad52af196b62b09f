"""``up`` and ``down``: a stack in the background, held by a process of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from ledgerboard_dev.progress import printed
from ledgerboard_dev.settings import DevSettings
from ledgerboard_dev.signals import StopRequestedError, stop_on_signals
from ledgerboard_dev.stack import Stack, StackOptions
from ledgerboard_dev.state import HeldError, Record, State

_UP_SECONDS: Final = 180
_DOWN_SECONDS: Final = 120
_POLL_SECONDS: Final = 0.1


def hold(state: State, settings: DevSettings) -> int:
    """Be the background process: run the stack until a signal."""
    stop_on_signals()
    try:
        with state.held(), Stack(state.home, StackOptions(settings=settings), printed) as stack:
            state.publish(record_of(stack))
            wait_for_stop()
    except StopRequestedError:
        print("stopped", flush=True)
    return 0


def wait_for_stop() -> None:
    """Idle until `StopRequestedError` comes out of here."""
    while True:
        time.sleep(3600)


def record_of(stack: Stack) -> Record:
    """What others need in order to use a stack."""
    return {
        "pid": os.getpid(),
        "gateway_url": stack.gateway_url,
        "admin_key_file": str(stack.admin_key_file),
        "environment_file": str(stack.environment_file),
    }


def up(state: State) -> int:
    """Start a stack in the background and wait until it is ready."""
    if state.holder() is not None:
        raise HeldError("a stack is already running here: ./run down stops it")
    log = state.home / "launcher.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "ledgerboard_dev", "hold", "--state", str(state.home)]
    with log.open("w") as output:
        holder = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd=Path.cwd()
        )
    deadline = time.monotonic() + _UP_SECONDS
    while (record := state.record()) is None:
        if holder.poll() is not None or time.monotonic() > deadline:
            print(log.read_text()[-4000:], file=sys.stderr)
            return 1
        time.sleep(_POLL_SECONDS)
    print(announcement(record))
    return 0


def down(state: State, *, purge: bool) -> int:
    """Stop the stack of this folder, whoever holds it. Stopping what does not run is no error."""
    stopped = state.stop_holder(_DOWN_SECONDS)
    print("stopped" if stopped else "nothing was running")
    if purge:
        state.purge()
        print("its data are removed")
    return 0


def announcement(record: Record) -> str:
    """Where a person finds what runs."""
    return (
        f"  gateway    {record['gateway_url']}\n"
        f"  docs       {record['gateway_url']}/docs\n"
        f"  admin key  {record['admin_key_file']}\n"
        f"  shell      . {record['environment_file']}"
    )
