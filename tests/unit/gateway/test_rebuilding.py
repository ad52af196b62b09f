"""Rebuilds are asked for and told; a board that is defined otherwise is rebuilt."""

from dataclasses import replace

from ledgerboard_contracts import BoardOptions, Order
from ledgerboard_ledger.generation_records import GenerationStage
from tests.unit.gateway.gateways import MemoryGateway

WHY = {"reason": "After the restore.", "author": "ada"}


def test_a_rebuild_is_on_record_before_it_is_answered(gateway: MemoryGateway) -> None:
    gateway.record.ensure("race")
    answer = gateway.post("/v1/boards/race/rebuild", WHY)
    told = answer.get_json()
    assert (answer.status_code, told["state"], told["generation"], told["reason"]) == (
        202,
        "requested",
        1,
        WHY["reason"],
    )
    assert gateway.post("/v1/boards/race/rebuild", WHY).get_json() == told
    assert gateway.write("GET", "/v1/rebuilds?board=race", b"").get_json() == {"rebuilds": [told]}
    assert gateway.write("GET", "/v1/rebuilds?board=golf", b"").get_json() == {"rebuilds": []}


def test_a_board_that_nobody_knows_is_not_rebuilt(gateway: MemoryGateway) -> None:
    assert gateway.post("/v1/boards/none/rebuild", WHY).status_code == 404
    assert not gateway.operating.generations.made


def test_all_boards_are_rebuilt_page_by_page(gateway: MemoryGateway) -> None:
    for board in ("a", "b", "c"):
        gateway.record.ensure(board)
    first = gateway.post("/v1/rebuilds", WHY | {"limit": 2}).get_json()
    second = gateway.post("/v1/rebuilds", WHY | {"limit": 2, "after": first["next"]}).get_json()
    assert [each["board"] for page in (first, second) for each in page["rebuilds"]] == ["a", "b", "c"]
    assert second["next"] is None


def test_without_the_record_nothing_is_asked_for(gateway: MemoryGateway) -> None:
    gateway.record.ensure("race")
    gateway.operating.generations.available = False
    assert gateway.post("/v1/boards/race/rebuild", WHY).status_code == 503
    assert gateway.write("GET", "/v1/rebuilds", b"").status_code == 503


def test_a_board_that_ranks_otherwise_is_defined_so_and_tells_its_rebuild(gateway: MemoryGateway) -> None:
    gateway.record.ensure("race")
    definition, _ = gateway.record.define("race", BoardOptions(order=Order.ASC))
    made = gateway.operating.generations.request(
        "race", board_version=definition.version, reason="defined", author="gateway"
    )
    answer = gateway.write("PUT", "/v1/boards/race", {"order": "asc"})
    told = answer.get_json()
    assert (answer.status_code, told["version"], told["order"]) == (202, 2, "asc")
    assert (told["rebuild"]["generation"], told["rebuild"]["board_version"]) == (made.number, 2)


def test_a_rebuild_that_is_over_or_of_another_version_is_not_told(gateway: MemoryGateway) -> None:
    definition = gateway.record.ensure("race")
    generations = gateway.operating.generations
    generations.request("race", board_version=definition.version, reason="first", author="ranker")
    generations.made = [replace(generations.made[0], state=GenerationStage.LIVE)]
    generations.request("race", board_version=definition.version + 1, reason="another", author="ranker")
    assert gateway.write("PUT", "/v1/boards/race", {}).status_code == 200
