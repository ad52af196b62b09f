"""What is said of a session holds for ever: while it is being closed nobody judges by it, and the reverse."""

import random
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, event, text

from ledgerboard_contracts import Admission, SeenSessions, SessionRules
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import PostgresSeats, PostgresSessions
from ledgerboard_testkit.polling import eventually

KEY = ("race", "cup")


@pytest.fixture
def sessions(engine: Engine) -> Iterator[PostgresSessions]:
    sessions = PostgresSessions(engine)
    sessions.open(*KEY, SessionRules())
    yield sessions
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE sessions CASCADE"))


def waiting(engine: Engine) -> bool:
    """Whether some statement waits for a lock."""
    with engine.connect() as connection:
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        return bool(connection.execute(text(waits)).scalar_one())


@dataclass(frozen=True)
class Held:
    """Who writes by this engine has taken the moment, and commits it when it is released."""

    engine: Engine
    taken: threading.Event
    release: threading.Event


@contextmanager
def held_after(database: str, statement_begins: str) -> Iterator[Held]:
    held = Held(make_engine(database, application_name="slow", pool_size=1), threading.Event(), threading.Event())

    def wait(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.strip().startswith(statement_begins):
            held.taken.set()
            held.release.wait(20)

    event.listen(held.engine, "after_cursor_execute", wait)
    yield held
    held.engine.dispose()


def closing_at(closed: SeenSessions) -> object:
    return closed.closed_at[KEY]


def test_a_look_waits_for_a_closing_that_took_its_moment_and_then_sees_it(
    engine: Engine, fresh_database: str, sessions: PostgresSessions
) -> None:
    with held_after(fresh_database, "UPDATE sessions") as held, ThreadPoolExecutor(2) as pool:
        closing = pool.submit(PostgresSessions(held.engine).close, *KEY)
        eventually(held.taken.is_set)
        look = pool.submit(sessions.see, [KEY])
        eventually(lambda: waiting(engine))
        held.release.set()
        closed = closing.result()
        assert closed is not None
        assert closing_at(look.result()) == closed.session.closed_at


def test_a_closing_takes_its_moment_after_the_looks_that_it_waited_for(
    engine: Engine, sessions: PostgresSessions
) -> None:
    with ThreadPoolExecutor(1) as pool, engine.connect() as connection:
        look = "SELECT statement_timestamp() FROM sessions FOR KEY SHARE"
        as_of = connection.execute(text(look)).scalar_one()
        closing = pool.submit(sessions.close, *KEY)
        eventually(lambda: waiting(engine))
        before_release = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        connection.commit()
        closed = closing.result()
    assert closed is not None
    assert closed.session.closed_at is not None
    assert as_of < before_release < closed.session.closed_at


def test_seating_and_judging_do_not_wait_for_each_other(engine: Engine, sessions: PostgresSessions) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT FROM sessions FOR NO KEY UPDATE"))  # As allocate does.
        connection.execute(text("SET LOCAL lock_timeout = '2s'"))
        assert sessions.see([KEY]).closed_at == {KEY: None}


def test_no_two_looks_disagree_however_they_meet_a_closing(engine: Engine) -> None:
    """Many judges look while the sessions are closed; what one called final, no other one contradicts."""
    sessions, chance = PostgresSessions(engine), random.Random(7)  # noqa: S311 -- which session comes next is no secret.
    keys = [("race", f"session-{number}") for number in range(30)]
    for key in keys:
        sessions.open(*key, SessionRules())
    looks: list[SeenSessions] = []
    done = threading.Event()

    def judge() -> None:
        while not done.is_set():
            looks.append(sessions.see(keys))

    with ThreadPoolExecutor(4) as pool:
        judges = [pool.submit(judge) for _ in range(3)]
        for key in chance.sample(keys, len(keys)):
            sessions.close(*key)
        done.set()
        for each in judges:
            each.result()
    final = sessions.see(keys)
    for look in looks:
        for key in keys:
            assert _contradictions(look, final, key) == []


def _contradictions(look: SeenSessions, final: SeenSessions, key: tuple[str, str]) -> Sequence[str]:
    closed_at = final.closed_at[key]
    assert closed_at is not None
    found = []
    for accepted_at in (
        look.as_of,
        look.as_of - timedelta(microseconds=1),
        closed_at,
        closed_at + timedelta(seconds=1),
    ):
        said, holds = look.admission(key, accepted_at), final.admission(key, accepted_at)
        if said not in {holds, Admission.AHEAD} and holds is not Admission.AHEAD:
            found.append(f"{accepted_at} is {said} and {holds}")
    return found


def test_a_look_waits_for_an_opening_that_took_its_moment_and_then_sees_it(
    engine: Engine, fresh_database: str, sessions: PostgresSessions
) -> None:
    with held_after(fresh_database, "INSERT INTO sessions") as held, ThreadPoolExecutor(2) as pool:
        opening = pool.submit(PostgresSessions(held.engine).open, "race", "soon", SessionRules())
        eventually(held.taken.is_set)
        look = pool.submit(sessions.see, [KEY, ("race", "soon")])
        eventually(lambda: waiting(engine))
        held.release.set()
        opened, _ = opening.result()
        assert look.result().opened_at["race", "soon"] == opened.session.opened_at


def test_what_any_look_found_unknown_opened_later_than_that(engine: Engine) -> None:
    """Many judges look while sessions are opened."""
    sessions, keys = PostgresSessions(engine), [("race", f"opening-{number}") for number in range(60)]
    looks: list[SeenSessions] = []
    done = threading.Event()

    def judge() -> None:
        while not done.is_set():
            looks.append(sessions.see(keys))

    with ThreadPoolExecutor(4) as pool:
        judges = [pool.submit(judge) for _ in range(3)]
        for key in keys:
            sessions.open(*key, SessionRules())
        done.set()
        for each in judges:
            each.result()
    opened_at = sessions.see(keys).opened_at
    early = [key for look in looks for key in keys if key not in look.opened_at and opened_at[key] <= look.as_of]
    assert early == []
    assert any(0 < len(look.opened_at) < len(keys) for look in looks), "no look met an opening"


def test_of_200_callers_150_are_seated_and_none_more_in_a_thousand_tries(engine: Engine) -> None:
    sessions, seats = PostgresSessions(engine), PostgresSeats(engine)
    opened, _ = sessions.open("race", "full house", SessionRules())
    players = [f"player-{number % 200}" for number in range(1000)]
    random.Random(7).shuffle(players)  # noqa: S311 -- the order of callers is no secret.
    with ThreadPoolExecutor(18) as pool:
        results = list(
            pool.map(lambda player: seats.allocate("race", "full house", player, opened.session.opened_at), players)
        )
    with engine.connect() as connection:
        taken = connection.execute(text("SELECT count(*) FROM seats WHERE session = 'full house'")).scalar_one()
    assert taken == 150
    assert sum(result.seating.value == "seated" for result in results) == 150
    assert len({result.seat.player for result in results if result.seat is not None}) == 150
    refused = {result.seating.value for result in results if result.seat is None}
    assert refused == {"no_seats"}
