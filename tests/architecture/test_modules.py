"""What import-linter cannot say: who reads the environment, who builds clients, how long a module may be."""

import ast
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.tree import ROOT, Module, all_modules, distributions, imported, shipped_modules

MAX_LINES: Final = 500
"""A module holds one subject, whole. 100 to 400 lines are normal; a longer one needs a reason here."""

LONGER: Final[dict[str, str]] = {}
"""Modules that are longer, by path, each with its reason."""

CONSTRUCTORS: Final = {
    "sqs_client", "make_engine", "make_redis", "make_celery",
    "create_engine", "from_url", "Redis", "Celery", "ConnectionPool",
    "boto3.client", "boto3.resource", "boto3.Session", "boto3.session.Session", "session.client",
    "psycopg.connect", "redis.Redis", "redis.Redis.from_url", "sqlalchemy.create_engine",
}  # fmt: skip
BUILDS_ITS_OWN: Final = {
    "ledgerboard_ledger.migrate": "a migration is a process of its own with one engine, which it disposes of",
}


def environment_reads(module: Module) -> list[int]:
    """The lines at which a module reads the process's environment. Setting a variable for a child is no reading."""
    written = {
        node.value
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del)
    }
    return [
        node.lineno
        for node in ast.walk(module.tree)
        if (
            isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"} and node not in written
        )
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and {"environ", "getenv"} & _names(node))
    ]


def _names(node: ast.ImportFrom) -> set[str]:
    return {alias.name for alias in node.names}


def client_calls(module: Module) -> list[str]:
    """The constructors of clients that a module calls or hands on."""
    return [
        ast.unparse(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name | ast.Attribute)
        and isinstance(node.ctx, ast.Load)
        and ast.unparse(node) in CONSTRUCTORS
        and not _is_annotation(module.tree, node)
    ]


def _is_annotation(tree: ast.Module, node: ast.AST) -> bool:
    annotations = [
        annotation
        for each in ast.walk(tree)
        for annotation in (getattr(each, "annotation", None), getattr(each, "returns", None))
        if annotation is not None
    ]
    return any(node is part for annotation in annotations for part in ast.walk(annotation))


def is_wiring(module: Module) -> bool:
    return module.name.startswith("ledgerboard_infra") or module.path.name == "bootstrap.py"


def test_only_settings_and_the_command_line_read_the_environment() -> None:
    assert not {
        module.name: lines
        for module in shipped_modules()
        if module.path.name not in {"settings.py", "__main__.py"}
        and not module.name.startswith("ledgerboard_infra.settings")
        and (lines := environment_reads(module))
    }


def test_only_bootstrap_builds_clients() -> None:
    assert not {
        module.name: calls
        for module in shipped_modules()
        if not is_wiring(module) and module.name not in BUILDS_ITS_OWN and (calls := client_calls(module))
    }


def test_only_entry_points_import_a_bootstrap() -> None:
    assert not [
        module.name
        for module in shipped_modules()
        if module.path.name not in {"__main__.py", "server.py"}
        and any(name.endswith(".bootstrap") for name in imported(module.tree))
    ]


def test_every_module_says_what_it_is_for() -> None:
    assert not [module.name for module in all_modules() if not ast.get_docstring(module.tree)]


def test_no_module_is_longer_than_five_hundred_lines_without_a_reason() -> None:
    paths = [module.path for module in all_modules()]
    paths += [path for directory in ("tests", "benchmarks") for path in (ROOT / directory).rglob("*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in paths}
    assert {path for path, lines in lengths.items() if lines > MAX_LINES} == set(LONGER)


def test_every_package_tells_type_checkers_that_it_is_typed() -> None:
    assert not [each.name for each in distributions() if not (each.package / "py.typed").is_file()]


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "base"}
    assert not [module.name for module in all_modules() if module.path.stem in empty]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import os\nos.environ['A']", True), ("import os\nos.getenv('A')", True), ("from os import environ", True),
        ("import os\nos.getpid()", False),
        ("import os\nos.environ['A'] = 'b'", False), ("environ = {}\nenviron['A']", False),
    ],
)  # fmt: skip
def test_reads_of_the_environment_are_seen(source: str, found: bool, tmp_path: Path) -> None:  # noqa: FBT001 -- a table
    assert bool(environment_reads(planted(source, tmp_path))) is found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("sqs_client(settings)", True), ("boto3.session.Session()", True), ("redis.Redis.from_url(url)", True),
        ("build = partial(make_engine, url)", True), ("sqlalchemy.create_engine(url)", True),
        ("def f(client: redis.Redis) -> Redis: ...", False), ("def f(engine: 'Engine'): engine.connect()", False),
    ],
)  # fmt: skip
def test_clients_that_are_built_are_seen_and_types_are_not_taken_for_them(
    source: str,
    found: bool,  # noqa: FBT001 -- a table
    tmp_path: Path,
) -> None:
    assert bool(client_calls(planted(source, tmp_path))) is found


def planted(source: str, directory: Path) -> Module:
    path = directory / "planted.py"
    path.write_text(source)
    return Module(path, distributions()[0])
