"""Those who name levels of a board at once wait for each other, so each level gets one number and none is missed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from sqlalchemy import Connection, Engine, event

from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import PostgresLevels
from ledgerboard_testkit.polling import eventually
from tests.integration.ledger.test_session_locks import waiting


def test_who_comes_while_levels_are_being_numbered_waits_and_goes_on_from_there(
    engine: Engine, fresh_database: str
) -> None:
    board, levels = f"board-{uuid4().hex[:12]}", PostgresLevels(engine)
    slow, release, taken = make_engine(fresh_database, application_name="slow", pool_size=1), threading.Event(), []

    def wait(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.strip().startswith("INSERT INTO board_levels"):  # Numbered, and not committed.
            taken.append(statement)
            release.wait(20)

    event.listen(slow, "after_cursor_execute", wait)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(PostgresLevels(slow).numbers, board, ["a", "b"], 3)
        eventually(lambda: bool(taken))
        second = pool.submit(levels.numbers, board, ["b", "c", "d"], 3)
        eventually(lambda: waiting(engine))
        assert levels.numbers(f"{board}-2", ["a"], 3) == {"a": 1}, "of another board nobody waits"
        release.set()
        assert first.result() == {"a": 1, "b": 2}
        assert second.result() == {"b": 2, "c": 3}
    slow.dispose()
