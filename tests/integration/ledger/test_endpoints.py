"""Reads go to the reader, by a role that may do nothing else; where the reader is lost, the writer answers."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text

from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, Order, Ranking, View
from ledgerboard_infra.errors import BusyError, UnavailableError
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import LedgerReader, LedgerStandings, LedgerWriter, RankHistory, RankSnapshots
from ledgerboard_testkit.events import NOON, envelope, event_id, fact, rejection

_BOARD = View("race", ALL_TIME)


@pytest.fixture(scope="module")
def read_only(engine: Engine) -> Iterator[Engine]:
    """The ledger, as a role sees it that may read every table and do nothing else."""
    LedgerWriter(engine).append([envelope(fact("eve"))], [rejection()])
    name = f"reader_{uuid4().hex[:8]}"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'"))
        connection.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}"))
    url = engine.url.set(username=name, password=name, drivername="postgresql").render_as_string(hide_password=False)
    read_only = make_engine(url, application_name="test", pool_size=1)
    yield read_only
    read_only.dispose()
    with engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {name}"))
        connection.execute(text(f"DROP ROLE {name}"))


@pytest.fixture(scope="module")
def dead_engine() -> Iterator[Engine]:
    """Nothing listens on port 1."""
    engine = make_engine("postgresql://nobody@127.0.0.1:1/none", application_name="test", pool_size=1)
    yield engine
    engine.dispose()


def _reads(reader: LedgerReader) -> dict[str, Callable[[], object]]:
    standings = LedgerStandings(reader)
    return {
        "plays": lambda: reader.plays("eve", None, None, 9),
        "best_plays": lambda: reader.best_plays("eve", "race", Order.DESC, None, 9),
        "event": lambda: reader.event(event_id()),
        "statistics": lambda: reader.statistics("race"),
        "ranks": lambda: RankHistory(reader).of("race", "eve", NOON.date(), NOON.date()),
        "page": lambda: standings.page(_BOARD, DEFAULT_OPTIONS, 0, 9),
        "last": lambda: standings.last(_BOARD, DEFAULT_OPTIONS, 9),
        "by_score": lambda: standings.by_score(_BOARD, DEFAULT_OPTIONS, (None, None), 0, 9),
        "around_player": lambda: standings.around_player(_BOARD, DEFAULT_OPTIONS, "eve", 1),
        "around_score": lambda: standings.around_score(_BOARD, DEFAULT_OPTIONS, 1, 1),
        "placing": lambda: standings.placing(_BOARD, DEFAULT_OPTIONS, "eve", Ranking.DENSE),
        "listed": lambda: standings.listed(_BOARD, DEFAULT_OPTIONS, ["eve"]),
        "standings_of": lambda: standings.standings_of("eve", [(_BOARD, DEFAULT_OPTIONS)]),
        "hypothetical": lambda: standings.hypothetical(_BOARD, DEFAULT_OPTIONS, fact("bob")),
        "top": lambda: standings.top(_BOARD, DEFAULT_OPTIONS),
    }


def test_no_read_writes_and_none_goes_to_the_writer(read_only: Engine, dead_engine: Engine) -> None:
    """The reader's role may do nothing but read, and the writer does not answer at all."""
    for read in _reads(LedgerReader(read_only, dead_engine)).values():
        read()


def test_the_reader_would_refuse_every_write(read_only: Engine) -> None:
    writes: list[Callable[[], object]] = [
        lambda: LedgerWriter(read_only).append([envelope(fact())], [rejection()]),
        lambda: RankSnapshots(read_only).take("race", DEFAULT_OPTIONS, NOON.date(), NOON, most=9),
    ]
    for write in writes:
        with pytest.raises(UnavailableError, match="permission denied"):
            write()


def test_without_the_reader_every_read_is_answered_by_the_writer(engine: Engine, dead_engine: Engine) -> None:
    for read in _reads(LedgerReader(dead_engine, engine)).values():
        read()


def test_those_who_use_all_connections_of_the_reader_up_do_not_go_on_at_the_writer(engine: Engine) -> None:
    narrow = create_engine(engine.url, pool_size=1, max_overflow=0, pool_timeout=0.1)
    try:
        with narrow.connect(), pytest.raises(BusyError):
            LedgerReader(narrow, engine).plays("eve", None, None, 9)
        assert LedgerReader(narrow, engine).plays("nobody", None, None, 9) == []
    finally:
        narrow.dispose()
