"""Every write route refuses every bad body with a 4xx that names the field, and puts nothing on the queue."""

from collections.abc import Iterator

import pytest

from tests.unit.gateway.gateways import MemoryGateway, running

SINGLE, PUBLISHED, BULK, BOARD = "/v1/boards/race/scores", "/race/ada", "/v1/scores", "/v1/boards/race"

BAD_SCORES: dict[str, bytes] = {
    "NaN": b"NaN",
    "infinity": b"Infinity",
    "minus infinity": b"-Infinity",
    "bool": b"true",
    "null": b"null",
    "string": b'"42"',
    "fraction": b"1.5",
    "whole float": b"42.0",
    "exponent": b"1e3",
    "huge exponent": b"1e999",
    "above 2^53": b"9007199254740993",
    "below -2^53": b"-9007199254740993",
    "beyond 64 bits": b"9" * 30,
    "thousands of digits": b"9" * 5000,
    "object": b"{}",
}
BAD_PLAYERS: dict[str, bytes] = {
    "empty": b'""',
    "too long": b'"' + b"a" * 65 + b'"',
    "too long in characters": ('"' + "é" * 65 + '"').encode(),
    "control character": b'"a\\u0007"',
    "NUL": b'"a\\u0000"',
    "line separator": b'"a\\u2028b"',
    "delete": b'"a\\u007f"',
    "lone surrogate": b'"a\\ud800"',
    "bad UTF-8": b'"a\xff"',
    "slash": b'"a/b"',
    "dots": b'".."',
    "spaces around": b'" a "',
    "number": b"7",
    "null": b"null",
}


@pytest.fixture(scope="module")
def gateway() -> Iterator[MemoryGateway]:
    """One for all cases, since no case may leave a trace."""
    with running() as made:
        yield made


def members(**changed: bytes | None) -> bytes:
    """The JSON of a sound score with some members changed, or left out where None."""
    sound: dict[str, bytes | None] = {"player": b'"ada"', "score": b"42"}
    kept = {name: value for name, value in (sound | changed).items() if value is not None}
    return b"{" + b",".join(b'"%b":%b' % (name.encode(), value) for name, value in kept.items()) + b"}"


def bulk(item: bytes) -> bytes:
    return b'{"scores":[' + item + b"]}"


def in_bulk(**changed: bytes | None) -> bytes:
    return bulk(members(**({"board": b'"race"'} | changed)))


CASES: list[tuple[str, str, str, bytes, int, str]] = [
    *[("POST", f"score {name}", SINGLE, members(score=bad), 400, "score") for name, bad in BAD_SCORES.items()],
    *[("POST", f"score {name}", PUBLISHED, b'{"score":%b}' % bad, 400, "score") for name, bad in BAD_SCORES.items()],
    *[("POST", f"score {name}", BULK, in_bulk(score=bad), 400, "scores[0].score") for name, bad in BAD_SCORES.items()],
    *[("POST", f"player {name}", SINGLE, members(player=bad), 400, "player") for name, bad in BAD_PLAYERS.items()],
    *[
        ("POST", f"player {name}", BULK, in_bulk(player=bad), 400, "scores[0].player")
        for name, bad in BAD_PLAYERS.items()
    ],
    ("POST", "score missing", SINGLE, members(score=None), 400, "score"),
    ("POST", "player missing", SINGLE, members(player=None), 400, "player"),
    ("POST", "score missing", PUBLISHED, b"{}", 400, "score"),
    ("POST", "score missing", BULK, in_bulk(score=None), 400, "scores[0].score"),
    ("POST", "board missing", BULK, bulk(members()), 400, "scores[0].board"),
    ("POST", "board reserved", BULK, in_bulk(board=b'"metrics"'), 400, "scores[0].board"),
    ("POST", "board not a name", BULK, in_bulk(board=b'"a b"'), 400, "scores[0].board"),
    ("POST", "unknown field", SINGLE, members(scroe=b"1"), 400, "scroe"),
    ("POST", "unknown field", PUBLISHED, b'{"score":1,"player":"ada"}', 400, "player"),
    ("POST", "unknown field", BULK, in_bulk(scroe=b"1"), 400, "scores[0].scroe"),
    ("POST", "unknown field beside scores", BULK, b'{"scores":[1],"x":1}', 400, "x"),
    ("POST", "empty scores", BULK, b'{"scores":[]}', 400, "scores"),
    ("POST", "too many scores", BULK, bulk(b",".join([b"1"] * 1001)), 400, "scores"),
    ("POST", "scores not an array", BULK, b'{"scores":{}}', 400, "scores"),
    ("POST", "item not an object", BULK, b'{"scores":[1]}', 400, "scores[0].body"),
    ("POST", "level too long", SINGLE, members(level=b'"' + b"x" * 33 + b'"'), 400, "level"),
    ("POST", "level with a control character", SINGLE, members(level=b'"\\u0001"'), 400, "level"),
    ("POST", "session too long", SINGLE, members(session=b'"' + b"x" * 65 + b'"'), 400, "session"),
    ("POST", "session with a slash", SINGLE, members(session=b'"a/b"'), 400, "session"),
    ("POST", "session a number", SINGLE, members(session=b"7"), 400, "session"),
    ("POST", "session empty", BULK, in_bulk(session=b'""'), 400, "scores[0].session"),
    ("POST", "attributes not an object", SINGLE, members(attributes=b"[]"), 400, "attributes"),
    ("POST", "attributes too large", SINGLE, members(attributes=b'{"a":"%b"}' % (b"x" * 2041)), 400, "attributes"),
    ("POST", "attributes too deep", SINGLE, members(attributes=b'{"a":' * 17 + b"1" + b"}" * 17), 400, "attributes"),
    ("POST", "attributes far too deep", SINGLE, members(attributes=b'{"a":' + b"[" * 3000), 400, "body"),
    ("POST", "attributes with NUL", SINGLE, members(attributes=b'{"a":["\\u0000"]}'), 400, "attributes.a[0]"),
    ("POST", "attributes with a NUL field", SINGLE, members(attributes=b'{"\\u0000":1}'), 400, "attributes"),
    ("POST", "attributes with NaN", SINGLE, members(attributes=b'{"a":[1,NaN]}'), 400, "attributes.a[1]"),
    ("POST", "attributes with 1e999", SINGLE, members(attributes=b'{"a":1e999}'), 400, "attributes[...]"),
    *[("POST", "no body", path, b"", 400, "body") for path in (SINGLE, PUBLISHED, BULK)],
    *[("POST", "no JSON", path, b"score=42", 400, "body") for path in (SINGLE, PUBLISHED, BULK)],
    ("POST", "two documents", SINGLE, members() + b"{}", 400, "body"),
    *[("POST", "an array", path, b"[]", 400, "body") for path in (SINGLE, PUBLISHED, BULK)],
    ("POST", "reserved board", "/v1/boards/healthz/scores", members(), 400, "board"),
    ("POST", "board of 65 characters", f"/v1/boards/{'b' * 65}/scores", members(), 400, "board"),
    ("POST", "reserved leaderboard", "/sessions/ada", b'{"score":1}', 400, "leaderboard"),
    ("POST", "player of 65 characters", f"/race/{'a' * 65}", b'{"score":1}', 400, "name"),
    ("POST", "player with NUL", "/race/a%00", b'{"score":1}', 400, "name"),
    ("PUT", "unknown option", BOARD, b'{"ordre":"asc"}', 400, "ordre"),
    ("PUT", "unknown order", BOARD, b'{"order":"up"}', 400, "order"),
    ("PUT", "unknown policy", BOARD, b'{"policy":"worst"}', 400, "policy"),
    ("PUT", "min_score a float", BOARD, b'{"min_score":1.0}', 400, "min_score"),
    ("PUT", "min_score a bool", BOARD, b'{"min_score":true}', 400, "min_score"),
    ("PUT", "min_score a string", BOARD, b'{"min_score":"1"}', 400, "min_score"),
    ("PUT", "min_score NaN", BOARD, b'{"min_score":NaN}', 400, "min_score"),
    ("PUT", "min_score out of range", BOARD, b'{"min_score":9007199254740993}', 400, "min_score"),
    ("PUT", "min_score above max_score", BOARD, b'{"min_score":2,"max_score":1}', 400, "min_score"),
    ("PUT", "title too long", BOARD, b'{"title":"%b"}' % (b"t" * 121), 400, "title"),
    ("PUT", "title with NUL", BOARD, b'{"title":"\\u0000"}', 400, "title"),
    ("PUT", "no object", BOARD, b"[]", 400, "body"),
    ("PUT", "no JSON", BOARD, b"{", 400, "body"),
    ("PUT", "bad UTF-8", BOARD, b'{"title":"\xff"}', 400, "title"),
    ("PUT", "reserved board", "/v1/boards/scores", b"{}", 400, "board"),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [pytest.param(case[0], *case[2:], id=f"{case[0]} {case[2][:20]}: {case[1]}") for case in CASES],
)
def test_a_bad_body_is_refused_naming_the_field_and_nothing_is_enqueued(
    gateway: MemoryGateway, method: str, path: str, body: bytes, status: int, field: str
) -> None:
    answer = gateway.write(method, path, body)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert field in {error["field"] for error in answer.get_json()["errors"]}, answer.get_json()
    assert gateway.queue.sent == []
    assert gateway.record.list(None, 10) == []
