"""A Valkey and a ledger that one test may harm, and what heals the boards in between."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg

from ledgerboard_boards import MovedError
from ledgerboard_contracts import BoardOptions, Fact
from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.processes import Guardian, Program
from ledgerboard_dev.settings import DevSettings
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import OpenDoubt
from ledgerboard_ranker.rebuilder.watching import Watcher
from ledgerboard_testkit.polling import eventually
from tests.integration.ranker.rebuild_scene import Scene, expected


class ForgetfulValkey(EmbeddedValkey):
    """Writes its data down only when it is told to, so that it starts from what it was then."""

    def _program(self) -> Program:
        program = super()._program()
        return replace(program, argv=[*program.argv, "--appendonly", "no"])


@contextmanager
def running_valkey(home: Path, guardian: Guardian, settings: DevSettings) -> Iterator[ForgetfulValkey]:
    with ForgetfulValkey(home, guardian=guardian, choice=settings.redis, durable=False) as server:
        yield server


@contextmanager
def scene_on(
    redis_url: str, postgres_url: str, through: Callable[[str], str] = str, *, is_watched: bool = True
) -> Iterator[Scene]:
    """With a ledger of its own: what another test's server lost is not to be healed here. Looked at before."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        scene = Scene(redis_url, through(postgres_url.removesuffix("postgres") + name), "test")
        try:
            if is_watched:
                scene.watcher().look()
            yield scene
        finally:
            scene.close()
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def watched(scene: Scene) -> Iterator[None]:
    """A watcher and a rebuilder, as their process runs them: an outage is waited out."""
    done, watcher = threading.Event(), scene.watcher()

    def run() -> None:
        while not done.wait(0.05):
            try:
                watcher.look()
                scene.rebuild_all(done.is_set)
            except UnavailableError:
                continue

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(20)


def open_doubt(scene: Scene) -> OpenDoubt | None:
    """What is in doubt of the scene's server."""
    return scene.beats.get(f"ledgerboard/{scene.stage}/beats/0")[1].open


def settle(scene: Scene, watcher: Watcher) -> None:
    """Look until nothing is in doubt, rebuilding meanwhile."""

    def is_settled() -> bool:
        watcher.look()
        scene.rebuild_all()
        return open_doubt(scene) is None

    eventually(is_settled, what="a second look")


def shows(scene: Scene, board: str, facts: list[Fact], options: BoardOptions) -> bool:
    try:
        return scene.shown(board, options) == expected(board, facts, options)
    except (UnavailableError, MovedError):
        return False
