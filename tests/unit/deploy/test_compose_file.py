"""What docker-compose.yml promises about shape and start-up, without an engine."""

import re
from pathlib import Path
from typing import Any

import pytest

from ledgerboard_contracts.queues import ALL_QUEUES
from ledgerboard_infra.settings import StreamSettings

Services = dict[str, dict[str, Any]]

FOR_ALL = {"migrate", "provision"}
FOR_THE_GATEWAY = FOR_ALL | {"provision-identity"}
ONE_SHOT = FOR_THE_GATEWAY | {"provision-database"}
STORES = {"postgres", "valkey", "sqs"}


def long_running(ours: Services) -> Services:
    return {name: service for name, service in ours.items() if name not in ONE_SHOT}


def test_every_service_of_the_workspace_runs(root: Path, ours: Services) -> None:
    deployables = {path.parent.name for path in root.glob("services/*/pyproject.toml")}
    assert {service["build"]["args"]["SERVICE"] for service in ours.values()} == deployables


def test_every_queue_has_its_consumer(ours: Services) -> None:
    consumers = {(service["build"]["args"]["SERVICE"], service["command"][0]) for service in ours.values()}
    for queue in ALL_QUEUES:
        assert (queue.consumer, "jobs" if queue.name.endswith("-jobs") else "stream") in consumers


def test_one_image_is_built_in_one_way_wherever_it_is_used(ours: Services) -> None:
    images = {service["image"]: service["build"]["args"]["SERVICE"] for service in ours.values()}
    assert all(service["build"]["args"]["SERVICE"] == images[service["image"]] for service in ours.values())
    assert images == {f"ledgerboard-{name}:${{LEDGERBOARD_VERSION:-dev}}": name for name in images.values()}


def test_all_builds_share_the_one_dockerfile(ours: Services) -> None:
    assert {(s["build"]["context"], s["build"]["dockerfile"]) for s in ours.values()} == {(".", "deploy/Dockerfile")}


def test_services_start_after_the_ledger_is_migrated_and_the_queues_exist(ours: Services) -> None:
    for name, service in long_running(ours).items():
        waits_for = {other: how["condition"] for other, how in service["depends_on"].items()}
        needed = FOR_THE_GATEWAY if name == "gateway" else FOR_ALL
        assert waits_for.items() >= dict.fromkeys(needed, "service_completed_successfully").items(), name


def test_services_wait_for_every_store_they_are_told_of(ours: Services) -> None:
    for name, service in ours.items():
        addresses = " ".join(str(value) for value in service["environment"].values())
        told_of = {store for store in STORES if f"//{store}:" in addresses or f"@{store}:" in addresses}
        waits = {other for other, how in service["depends_on"].items() if how["condition"] == "service_healthy"}
        assert waits == told_of, name


def test_one_shot_jobs_do_not_run_for_ever(ours: Services) -> None:
    assert all(ours[name]["restart"].startswith("on-failure:") for name in ONE_SHOT)


def test_everything_that_stays_up_has_a_health_check_that_starts_quickly(ours: Services, services: Services) -> None:
    for name in set(long_running(ours)) | STORES:
        health = services[name]["healthcheck"]
        assert health["start_interval"].endswith(("ms", "1s")), name
        assert health["retries"] <= 3, name


def test_nothing_but_the_gateway_is_reachable_and_that_from_this_machine_only(services: Services) -> None:
    ports = {name: service["ports"] for name, service in services.items() if service.get("ports")}
    assert list(ports) == ["gateway"]
    assert [port.split(":")[0] for port in ports["gateway"]] == ["127.0.0.1"]


def test_only_the_gateway_stands_outside_the_internal_network(compose: dict[str, Any], services: Services) -> None:
    assert compose["networks"]["stores"] == {"internal": True}
    outside = {name for name, service in services.items() if service["networks"] != ["stores"]}
    assert outside == {"gateway"}


def test_any_service_can_be_scaled(services: Services) -> None:
    assert not [name for name, service in services.items() if "container_name" in service or "hostname" in service]


def test_a_worker_is_given_longer_to_stop_than_its_stream_takes(ours: Services) -> None:
    for service in long_running(ours).values():
        assert int(service["stop_grace_period"].removesuffix("s")) > StreamSettings().grace_seconds


def test_the_stores_keep_their_data_in_named_volumes(compose: dict[str, Any], services: Services) -> None:
    kept = {name: service["volumes"][0].partition(":") for name, service in services.items() if "volumes" in service}
    assert set(kept) == STORES
    assert {volume for volume, _, _ in kept.values()} == set(compose["volumes"])
    assert kept["postgres"][2] == "/var/lib/postgresql"


@pytest.mark.parametrize("resource", ["cpus", "memory"])
def test_nothing_may_take_the_whole_machine(services: Services, resource: str) -> None:
    for name, service in services.items():
        assert service["deploy"]["resources"]["limits"][resource], name
        assert float(service["deploy"]["resources"]["limits"]["cpus"]) < 2, name


def _bytes(text: str) -> int:
    unit = {"m": 2**20, "g": 2**30}[text.lower().rstrip("b")[-1]]
    return int(text.lower().rstrip("bmg")) * unit


def test_valkey_refuses_writes_before_its_container_is_full_and_evicts_nothing(services: Services) -> None:
    valkey = services["valkey"]
    words = " ".join(valkey["command"]).split()
    assert words[words.index("--maxmemory-policy") + 1] == "noeviction"
    most = re.fullmatch(r"\$\{\w+:-(\w+)\}", words[words.index("--maxmemory") + 1])
    assert most is not None
    limit = _bytes(valkey["deploy"]["resources"]["limits"]["memory"])
    assert limit / 2 < _bytes(most[1]) <= limit * 3 / 4, "a rewrite of the append-only file needs room, too"


def test_the_gateway_is_told_which_proxies_stand_in_front_of_it(ours: Services) -> None:
    assert ours["gateway"]["environment"]["LEDGERBOARD_TRUSTED_PROXIES"] == "${LEDGERBOARD_TRUSTED_PROXIES:-}"
