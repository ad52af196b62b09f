"""A gateway in which something of everything exists, and a credential of every kind."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import msgspec
import redis
from sqlalchemy import Engine

from ledgerboard_contracts import BoardDefinition, BoardOptions, FactEnvelope
from ledgerboard_contracts.queues import ALL_QUEUES
from ledgerboard_infra.cognito import cognito_client
from ledgerboard_infra.settings import AwsSettings, CognitoSettings, from_env
from ledgerboard_infra.sqs import provision as provision_queues
from ledgerboard_infra.sqs import sqs_client
from ledgerboard_infra.user_pools import provision
from ledgerboard_ledger import LedgerWriter
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_envelope, make_fact
from ledgerboard_testkit.queues import queue_shape
from tests.integration.gateway.processes import KEY, GatewayProcess, gateway_process

PLAYER: Final = "ada"
PASSWORD: Final = "Sup3r-planted-word"  # noqa: S105 -- a test's own.
NOW: Final = datetime.now(UTC)
UNLIMITED: Final = dict.fromkeys(
    (
        "ADDRESS_ATTEMPTS", "USERNAME_ATTEMPTS", "USERNAME_ADDRESS_ATTEMPTS", "PLAYER_RATE", "PLAYER_WRITES",
        "KEY_RATE", "READ_RATE",
    ),
    "0",
)  # fmt: skip
_SEASON: Final = {"key": "autumn", "start": NOW - timedelta(days=9), "end": NOW + timedelta(days=9)}
BOARDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "race": {"seasons": [_SEASON], "level_total_view": True},
    "games": {"policy": "total"},
    "cup": {"managed_sessions": True},
}


@dataclass(frozen=True)
class Scene:
    """Where to ask, as whom, and about what: names that exist, by path parameter."""

    gateway: GatewayProcess
    credentials: Mapping[str, str | None]
    known: Mapping[str, Sequence[str]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.gateway.port}"


@contextmanager
def fuzzed_gateway(
    sqs: str, client: redis.Redis, urls: tuple[str, str], engine: Engine, **limits: str
) -> Iterator[Scene]:
    """Over real servers, without limits but those that are given."""
    pool, stage = f"pool-{uuid4().hex}", f"test-{uuid4().hex[:12]}"
    told = {"LEDGERBOARD_COGNITO_POOL_NAME": pool, "LEDGERBOARD_COGNITO_ENDPOINT_URL": sqs}
    cognito = from_env(CognitoSettings, told)
    provision(cognito_client(AwsSettings(), cognito), cognito, ("players", "managers"))
    queues = [queue_shape(queue.full_name(stage)) for queue in ALL_QUEUES]
    provision_queues(sqs_client(AwsSettings(sqs_endpoint_url=sqs)), queues)
    settings = {"COGNITO_POOL_NAME": pool, "COGNITO_ENDPOINT_URL": sqs, "AUTO_CONFIRM": "true"} | UNLIMITED | limits
    with gateway_process(sqs, *urls, stage, **settings) as gateway:
        for board, options in BOARDS.items():
            _make(gateway, "PUT", f"/v1/boards/{board}", options)
        envelopes = [make_envelope(board, _plays()) for board in BOARDS]
        LedgerWriter(engine).append(envelopes, [])
        folding = FirstGeneration(client, stage)
        folding.fold([(envelope, _definition(envelope.board)) for envelope in envelopes], NOW)
        yield _furnish(gateway, envelopes)


def _definition(board: str) -> BoardDefinition:
    options = msgspec.convert(msgspec.to_builtins(BOARDS[board]), BoardOptions)
    return BoardDefinition(board=board, version=1, options=options)


def _plays() -> list[Any]:
    return [
        make_fact(player, score, NOW, level="1", session="final", attributes={"laps": [1, {"a": None}]})
        for score, player in enumerate([PLAYER, "eve", "漢|é x"])
    ]


def _make(gateway: GatewayProcess, method: str, path: str, body: Any = None) -> Any:
    status, answer = gateway.request(method, path, body)
    assert status < 300, (method, path, status, answer)
    return answer


def _furnish(gateway: GatewayProcess, envelopes: Sequence[FactEnvelope]) -> Scene:
    _make(gateway, "POST", "/users", {"username": PLAYER, "password": PASSWORD, "email": "ada@example.com"})
    token = _make(gateway, "POST", "/login", {"username": PLAYER, "password": PASSWORD})["idToken"]
    key, other = (
        _make(gateway, "POST", "/v1/keys", {"name": name, "scopes": ["submit", "read"]}) for name in ("eu-1", "eu-2")
    )
    _make(gateway, "POST", "/v1/boards/cup/sessions", {"game_type": "MULTIPLE_TRIALS", "session": "final"})
    hook = {"url": "https://example.com/", "events": ["day.closed"], "secret": "prizes"}
    _make(gateway, "PUT", "/v1/hooks/prizes", hook)
    players, boards = [PLAYER, "eve"], [*BOARDS]
    return Scene(
        gateway,
        {"nobody": None, "player": token, "key": key["key"], "root": KEY},
        {
            "board": boards, "leaderboard": boards, "player": players, "name": players, "username": players,
            "key": ["autumn"], "session": ["final"], "hook": ["prizes"], "level": ["1"],
            "event_id": [str(fact.event_id) for each in envelopes for fact in each.facts],
            "queue": [queue.name for queue in ALL_QUEUES], "key_id": [other["record"]["key_id"]],
        },
    )  # fmt: skip
