"""Compose sets what the services read: a misspelt or forgotten variable shows here, not in a container."""

import importlib
import re
from dataclasses import is_dataclass
from typing import Any

import pytest

from ledgerboard_history.settings import RolesSettings
from ledgerboard_infra.settings import describe

Services = dict[str, dict[str, Any]]

BY_THE_IMAGE = re.compile(r"\b(LEDGERBOARD_\w+)=")
WORKERS = ("history", "ingest", "ranker")


def documented(service: str) -> str:
    """What ``--help`` says of every settings class of a service."""
    module = importlib.import_module(f"ledgerboard_{service}.settings")
    return "\n".join(describe(kind) for kind in vars(module).values() if isinstance(kind, type) and is_dataclass(kind))


def required(settings: type) -> set[str]:
    return set(re.findall(r"(LEDGERBOARD_\w+) \([^)]*\brequired\b", describe(settings)))


def set_for(service: dict[str, Any]) -> set[str]:
    return {variable for variable in service["environment"] if variable.startswith("LEDGERBOARD_")}


@pytest.mark.parametrize("name", ["gateway", *WORKERS])
def test_every_variable_that_compose_sets_is_one_that_the_service_reads(ours: Services, name: str) -> None:
    known = set(re.findall(r"LEDGERBOARD_\w+", documented(name)))
    for service in ours.values():
        if service["build"]["args"]["SERVICE"] == name:
            assert set_for(service) <= known


@pytest.mark.parametrize("name", ["gateway", *WORKERS])
def test_every_variable_that_a_service_requires_is_set(ours: Services, name: str) -> None:
    module = importlib.import_module(f"ledgerboard_{name}.settings")
    settings = module.GatewaySettings if name == "gateway" else module.Settings
    assert required(settings)
    assert required(settings) <= set_for(ours[name])


def test_every_variable_that_making_the_roles_requires_is_set(ours: Services) -> None:
    assert required(RolesSettings) <= set_for(ours["provision-database"])


@pytest.mark.parametrize(("name", "group"), [("gateway", "HTTP"), *((name, "OPS") for name in WORKERS)])
def test_the_image_moves_every_service_to_the_port_that_its_health_check_asks(
    dockerfile: str, name: str, group: str
) -> None:
    known = set(re.findall(r"LEDGERBOARD_\w+", documented(name)))
    moved = {f"LEDGERBOARD_{group}_HOST", f"LEDGERBOARD_{group}_PORT"}
    assert moved <= known
    assert moved <= set(BY_THE_IMAGE.findall(dockerfile))
    assert set(re.findall(rf"LEDGERBOARD_{group}_PORT=(\d+)", dockerfile)) == {"8080"}
    assert "('127.0.0.1', 8080)" in dockerfile
