"""Importing does nothing: no connection, no read of the environment, no output, no thread, no file.

Every module is imported in fresh interpreters that have no environment and refuse sockets, processes and writes.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.tree import Distribution, distributions

GUARD: Final = """
import importlib, os, sys, threading
import _socket

FORBIDDEN = ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.fork")
BORN = dict(os.environ)
OURS = os.environ.pop("OURS", "")

def guard(event, arguments):
    if event in FORBIDDEN:
        raise RuntimeError(f"importing did {event}{arguments}")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise RuntimeError(f"importing wrote {arguments[0]}")

class Watched(type(os.environ)):
    def __getitem__(self, name):
        if name.startswith("LEDGERBOARD_") or sys._getframe(1).f_globals.get("__name__", "").startswith("ledgerboard_"):
            raise RuntimeError(f"importing read {name} from the environment")
        return super().__getitem__(name)

os.environ.__class__ = Watched
sys.addaudithook(guard)
sys.dont_write_bytecode = True
for name in sys.argv[1:]:
    importlib.import_module(name)
assert threading.active_count() == 1, threading.enumerate()
assert set(os.environ) <= set(BORN), "importing changed the environment"
"""


def import_all(names: list[str]) -> subprocess.CompletedProcess[str]:
    """Import modules in an interpreter of their own."""
    command = [sys.executable, "-W", "error", "-c", GUARD, *names]
    return subprocess.run(command, env={}, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("distribution", distributions(), ids=lambda each: each.name)
def test_importing_every_module_does_nothing(distribution: Distribution) -> None:
    names = [module.name for module in distribution.modules() if not module.name.endswith(".env")]
    done = import_all(names)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "effect",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import os; os.environ['LEDGERBOARD_STAGE']",
        "import os; os.environ.get('LEDGERBOARD_STAGE')",
        "import subprocess; subprocess.run(['true'])",
        "open('written', 'w')",
        "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()",
        "import os; os.environ['X'] = 'y'",
        "print('hello')",
    ],
)
def test_the_guard_sees_each_effect(effect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "planted.py").write_text(effect)
    monkeypatch.chdir(tmp_path)
    done = import_all(["planted"])
    assert done.returncode != 0 or done.stdout


def test_the_gateways_parent_process_carries_nothing_of_its_workers() -> None:
    """It only watches them, for as long as the gateway runs."""
    command = [sys.executable, "-c", "import sys, ledgerboard_gateway.__main__; print(*sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert set(done.stdout.split()) & {"flask", "sqlalchemy", "psycopg", "ledgerboard_ledger"} == set()
