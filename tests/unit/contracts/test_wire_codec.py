"""A body is understood, or refused with a reason; never guessed at. A later service's additions do no harm."""

import json
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from ledgerboard_contracts.wire import Codec, NewerVersionError, UndecodableError


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """A message of two versions: the first said ``name`` where the second says ``names``."""

    names: tuple[str, ...]
    polite: bool
    type: Literal["greeting"] = "greeting"
    version: Literal[3] = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Farewell:
    name: str
    type: Literal["farewell"] = "farewell"
    version: Literal[1] = 1


def _one_name_to_many(document: dict[str, Any]) -> dict[str, Any]:
    return document | {"version": 2, "names": [document["name"]]}


def _politeness(document: dict[str, Any]) -> dict[str, Any]:
    return document | {"version": 3, "polite": False}


GREETINGS: Codec[Greeting] = Codec(Greeting, upcasts={("greeting", 1): _one_name_to_many, ("greeting", 2): _politeness})
BOTH: Codec[Greeting | Farewell] = Codec(Greeting, Farewell)


def body(**fields: object) -> str:
    return json.dumps(fields)


def test_the_current_version_is_decoded_as_it_is() -> None:
    greeting = GREETINGS.decode(body(type="greeting", version=3, names=["a", "b"], polite=True))
    assert greeting == Greeting(names=("a", "b"), polite=True)


def test_an_old_version_climbs_every_step_up() -> None:
    assert GREETINGS.decode(body(type="greeting", version=1, name="a")) == Greeting(names=("a",), polite=False)


def test_a_version_in_between_climbs_the_steps_that_are_left() -> None:
    decoded = GREETINGS.decode(body(type="greeting", version=2, names=["a", "b"]))
    assert decoded == Greeting(names=("a", "b"), polite=False)


def test_an_old_version_that_lacks_what_its_step_needs_is_refused_and_not_raised_as_a_defect() -> None:
    with pytest.raises(UndecodableError, match="not a greeting of version 1"):
        GREETINGS.decode(body(type="greeting", version=1))


def test_a_version_without_a_step_is_no_longer_understood() -> None:
    with pytest.raises(UndecodableError, match="version 1 is no longer understood"):
        BOTH.decode(body(type="greeting", version=1, name="a"))


@pytest.mark.parametrize("version", [0, -1, -(2**62)])
def test_a_version_that_never_was_is_refused(version: int) -> None:
    with pytest.raises(UndecodableError, match="no longer understood"):
        GREETINGS.decode(body(type="greeting", version=version))


def test_a_newer_version_is_left_to_a_newer_service() -> None:
    with pytest.raises(NewerVersionError, match="version 4 is newer than version 3"):
        GREETINGS.decode(body(type="greeting", version=4, anything=[]))


def test_unknown_fields_are_ignored() -> None:
    assert BOTH.decode(body(type="farewell", version=1, name="a", wave=True, then={"x": [1]})) == Farewell(name="a")


def test_an_unknown_type_is_refused_with_the_types_that_are_known() -> None:
    with pytest.raises(UndecodableError, match="unknown type 'order': this queue carries greeting, farewell"):
        BOTH.decode(body(type="order", version=1))


@pytest.mark.parametrize(
    "garbage",
    [
        "", "{", "null", "[]", '"text"', "{}", '{"type":"farewell"}', '{"type":"farewell","version":"1","name":"a"}',
        '{"type":"farewell","version":1}', '{"type":"farewell","version":1,"name":1}',
        '{"type":"farewell","version":1,"name":"a"} x', '{"type":"farewell","version":1,"name":"\\ud800"}',
        '{"type":"farewell","version":1,"name":"a","x":' + "[" * 100_000,
    ],
)  # fmt: skip
def test_garbage_is_refused_with_a_reason(garbage: str) -> None:
    with pytest.raises(UndecodableError, match=r".+"):
        BOTH.decode(garbage)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UndecodableError):
        BOTH.decode(b'{"type":"farewell","version":1,"name":"\xff"}')
