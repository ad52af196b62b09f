"""The fold's function calls on bare sockets, bytes made beforehand: what Redis alone sustains."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import redis

from benchmarks.pipeline import STAGE
from ledgerboard_boards import BoardStates, FoldOrder, GenerationState
from ledgerboard_boards.library import FunctionLibrary, Unguarded
from ledgerboard_boards.writer import RedisBoards
from ledgerboard_contracts import DEFAULT_OPTIONS, FIRST_GENERATION, BoardDefinition, FactEnvelope


def definition_of(board: str) -> BoardDefinition:
    """Version 1 of a board that nobody defined."""
    return BoardDefinition(board=board, version=1, options=DEFAULT_OPTIONS)


def orders_of(
    client: redis.Redis, stage: str, batch: Sequence[tuple[FactEnvelope, BoardDefinition]]
) -> Sequence[FoldOrder]:
    """Orders to fold each envelope into its board's first generation, which is live from then on."""
    states = BoardStates(client, stage)
    boards = {envelope.board: definition.version for envelope, definition in batch}
    for board, version in boards.items():
        states.create(board, [GenerationState(FIRST_GENERATION, version)], FIRST_GENERATION)
    known = states.get_many(list(boards))
    return [
        FoldOrder(envelope, definition.options, FIRST_GENERATION, known[envelope.board].version)
        for envelope, definition in batch
    ]


def bare_fold_seconds(client: redis.Redis, envelopes: Sequence[FactEnvelope], batch: int, lanes: int) -> float:
    """How long the calls of ``envelopes`` take, ``batch`` of them at once on each of ``lanes`` sockets."""
    commands = _commands(client, envelopes)
    sockets = [client.connection_pool.get_connection() for _ in range(lanes)]
    batches = [
        [
            (sockets[0].pack_commands(commands[at : at + batch]), len(commands[at : at + batch]))  # type: ignore[no-untyped-call]
            for at in range(lane * batch, len(commands), lanes * batch)
        ]
        for lane in range(lanes)
    ]
    started = time.perf_counter()
    with ThreadPoolExecutor(lanes) as threads:
        list(threads.map(lambda lane: _exchange(sockets[lane], batches[lane]), range(lanes)))
    seconds = time.perf_counter() - started
    for socket in sockets:
        client.connection_pool.release(socket)
    return seconds


def _commands(client: redis.Redis, envelopes: Sequence[FactEnvelope]) -> list[tuple[bytes | str | int, ...]]:
    """The very calls that `RedisBoards` makes. The first is made once, so that the server has the functions."""
    boards, library, now = RedisBoards(client, STAGE), FunctionLibrary(client, Unguarded()), datetime.now(UTC)
    orders = orders_of(client, STAGE, [(each, definition_of(each.board)) for each in envelopes])
    calls = [boards._call(order, now)[0] for order in orders]  # noqa: SLF001 -- these very calls
    library.write_all("fold", calls[:1])
    name = library._name("fold")  # noqa: SLF001 -- these very calls
    return [("FCALL", name, len(keys), *keys, *arguments) for keys, arguments in calls]


def _exchange(socket: redis.Connection, batches: Sequence[tuple[list[bytes], int]]) -> None:
    """Send each batch at once and read its replies, as a pipeline does."""
    for batch, replies in batches:
        socket.send_packed_command(batch)  # type: ignore[no-untyped-call]
        for _ in range(replies):
            socket.read_response()
