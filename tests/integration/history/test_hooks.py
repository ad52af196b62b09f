"""A hook is told of every closing at least once, under one id, whatever its server does, and others do not wait."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import Engine, text
from urllib3 import PoolManager

from ledgerboard_contracts import BoardOptions, Period, Season, span_from_key
from ledgerboard_history.delivering import MAX_ATTEMPTS, DeliverHooks
from ledgerboard_history.posting import HttpPosts
from ledgerboard_history.signing import DELIVERY, EVENT, SIGNATURE, LocalSecrets, signature
from ledgerboard_infra.clock import SystemClock
from ledgerboard_ledger import (
    Closings,
    Delivery,
    Hook,
    LedgerWriter,
    Outbox,
    PostgresDefinitions,
    PostgresHooks,
    SqlFold,
)
from ledgerboard_testkit.events import NOON, envelope, fact
from tests.integration.history.hook_server import HookServer, hook_server

TIMEOUT_SECONDS = 0.4


@pytest.fixture
def server() -> Iterator[HookServer]:
    with hook_server() as made:
        yield made


class Scene:
    """An outbox, and hooks that a test adds."""

    def __init__(self, engine: Engine, server: HookServer) -> None:
        self.engine, self.server = engine, server
        self.hooks, self.outbox = PostgresHooks(engine), Outbox(engine)

    def hook(self, name: str, url: str | None = None, *, secret: str = "key") -> None:  # noqa: S107 -- its name
        self.hooks.put(
            Hook(hook=name, url=url or f"{self.server.url}/{name}", events=("season.closed",), secret=secret)
        )

    def close_season(self) -> int:
        season = Season(key="one", start=NOON, end=NOON + timedelta(hours=1))
        definition, _ = PostgresDefinitions(self.engine).define(
            f"race-{uuid4().hex[:8]}", BoardOptions(seasons=(season,))
        )
        LedgerWriter(self.engine).append([envelope(fact("ada", 7), fact("bob", 9), board=definition.board)], [])
        span = span_from_key(Period.SEASON, "one", definition.options.calendar)
        number = Closings(self.engine, SqlFold(self.engine)).close(definition, span)
        assert number is not None
        return number

    def deliver(self, *, allow_http: bool = True, timeout_seconds: float = TIMEOUT_SECONDS) -> dict[str, int]:
        with PoolManager() as pool:
            posts = HttpPosts(pool, timeout_seconds=timeout_seconds, allow_http=allow_http)
            secrets = LocalSecrets({"key": "s3cret"}, None)
            return DeliverHooks(self.outbox, self.hooks, secrets, posts, SystemClock()).run()

    def make_due(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE deliveries SET next_try_at = now() - interval '1 second'"))

    def only(self) -> Delivery:
        [delivery] = self.outbox.list(None, None, 10)
        return delivery


@pytest.fixture
def scene(engine: Engine, server: HookServer) -> Iterator[Scene]:
    made = Scene(engine, server)
    yield made
    for hook in made.hooks.list():
        made.hooks.delete(hook.hook)


def test_a_hook_is_told_once_and_can_tell_who_told_it(scene: Scene) -> None:
    scene.hook("prizes")
    scene.server.answers["/prizes"] = 204
    scene.close_season()
    assert scene.deliver() == {"delivered": 1}
    assert scene.deliver() == {}
    [got] = scene.server.received
    seconds = int(got.headers[SIGNATURE].partition(",")[0].removeprefix("t="))
    assert got.headers[SIGNATURE] == signature([b"s3cret"], seconds, got.body)
    assert abs(seconds - time.time()) < 60
    told = msgspec.json.decode(got.body)
    assert (got.headers[EVENT], got.headers[DELIVERY]) == ("season.closed", told["id"])
    assert (told["type"], told["key"], told["entries"]) == ("season.closed", "one", 2)
    assert [(each["player"], each["position"], each["score"]) for each in told["standings"]] == [
        ("bob", 1, 9), ("ada", 2, 7),
    ]  # fmt: skip
    assert b"s3cret" not in got.body


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 500, 503])
def test_what_is_not_taken_is_told_again_under_the_same_id(scene: Scene, status: int) -> None:
    scene.hook("prizes")
    scene.server.answers["/prizes"] = status
    scene.close_season()
    assert scene.deliver() == {"pending": 1}
    assert scene.only().outcome == f"answered {status}"
    assert scene.deliver() == {}
    scene.make_due()
    scene.server.answers["/prizes"] = 200
    assert scene.deliver() == {"delivered": 1}
    first, second = scene.server.bodies("/prizes")
    assert msgspec.json.decode(first)["id"] == msgspec.json.decode(second)["id"]
    assert scene.server.bodies("/elsewhere") == []


def test_a_hook_that_hangs_is_given_up_in_time_and_holds_up_no_other(scene: Scene) -> None:
    for name in ("a-hangs", "b-hangs", "prizes"):
        scene.hook(name)
    scene.server.answers["/prizes"] = 200
    scene.close_season()
    started = time.monotonic()
    assert scene.deliver() == {"pending": 2, "delivered": 1}
    assert time.monotonic() - started < TIMEOUT_SECONDS + 5


def test_an_answer_that_comes_late_counts_as_none_and_the_repetition_has_the_same_id(scene: Scene) -> None:
    scene.hook("prizes")
    scene.server.answers["/prizes"], scene.server.late_seconds = 200, TIMEOUT_SECONDS * 2
    scene.close_season()
    assert scene.deliver() == {"pending": 1}
    scene.make_due()
    scene.server.late_seconds = 0
    assert scene.deliver() == {"delivered": 1}
    ids = {msgspec.json.decode(body)["id"] for body in scene.server.bodies("/prizes")}
    assert (len(scene.server.received), len(ids)) == (2, 1)


def test_pauses_grow_and_a_hook_that_never_takes_it_ends_as_a_dead_letter_that_can_be_replayed(scene: Scene) -> None:
    scene.hook("prizes")
    scene.server.answers["/prizes"] = 500
    scene.close_season()
    pauses = []
    for _ in range(MAX_ATTEMPTS - 1):
        assert scene.deliver() == {"pending": 1}
        pauses.append(scene.only().next_try_at - datetime.now(UTC))
        scene.make_due()
    assert pauses == sorted(pauses)
    assert scene.deliver() == {"dead": 1}
    scene.make_due()
    assert scene.deliver() == {}
    assert scene.outbox.counts() == {"pending": 0, "delivered": 0, "dead": 1}
    scene.server.answers["/prizes"] = 200
    assert scene.outbox.replay(scene.only().delivery_id)
    assert scene.deliver() == {"delivered": 1}
    assert not scene.outbox.replay(uuid4())


def test_one_hook_is_told_in_the_order_of_the_closings_and_stops_at_what_fails(scene: Scene) -> None:
    scene.hook("prizes")
    scene.server.answers["/prizes"] = 500
    numbers = [scene.close_season() for _ in range(3)]
    assert scene.deliver() == {"pending": 1}
    scene.make_due()
    scene.server.answers["/prizes"] = 200
    assert scene.deliver() == {"delivered": 3}
    told = [msgspec.json.decode(body)["board"] for body in scene.server.bodies("/prizes")]
    boards = [scene.outbox.content(number).board for number in numbers]
    assert told == [boards[0], *boards]


@pytest.mark.parametrize(("url", "secret"), [("http://127.0.0.1:1/refused", "key"), (None, "missing")])
def test_what_cannot_be_sent_is_told_and_tried_again(scene: Scene, url: str | None, secret: str) -> None:
    scene.hook("prizes", url, secret=secret)
    scene.close_season()
    assert scene.deliver() == {"pending": 1}
    assert scene.server.received == []
    assert scene.only().outcome


def test_plain_http_is_refused_where_no_setting_allows_it(scene: Scene) -> None:
    scene.hook("prizes")
    scene.server.answers["/prizes"] = 200
    scene.close_season()
    assert scene.deliver(allow_http=False) == {"pending": 1}
    assert scene.server.received == []
