"""The source tree as the architecture tests see it: distributions, their modules, and what each module imports."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
OURS: Final = "ledgerboard_"


@dataclass(frozen=True)
class Distribution:
    """One member of the workspace."""

    directory: Path

    @property
    def project(self) -> dict[str, Any]:
        """The ``project`` table of its pyproject.toml."""
        project: dict[str, Any] = tomllib.loads((self.directory / "pyproject.toml").read_text("utf-8"))["project"]
        return project

    @property
    def name(self) -> str:
        return str(self.project["name"])

    @property
    def source(self) -> Path:
        return self.directory / "src"

    @property
    def package(self) -> Path:
        return self.source / self.name.replace("-", "_")

    @property
    def is_shipped(self) -> bool:
        return self.name not in {"ledgerboard-dev", "ledgerboard-testkit"}

    @property
    def is_service(self) -> bool:
        return self.directory.parent.name == "services"

    def modules(self) -> "Iterator[Module]":
        yield from (Module(path, self) for path in sorted(self.package.rglob("*.py")))


@dataclass(frozen=True)
class Module:
    """One Python file of a distribution."""

    path: Path
    distribution: Distribution

    @property
    def name(self) -> str:
        parts = self.path.relative_to(self.distribution.source).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def tree(self) -> ast.Module:
        return parsed(self.path)

    def __str__(self) -> str:
        return self.name


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


@cache
def distributions() -> tuple[Distribution, ...]:
    """Every member of the workspace."""
    patterns = ("libs/*/pyproject.toml", "services/*/pyproject.toml", "cli/pyproject.toml", "dev/pyproject.toml")
    return tuple(Distribution(file.parent) for pattern in patterns for file in sorted(ROOT.glob(pattern)))


def shipped_modules() -> list[Module]:
    """Every module that may stand in an image."""
    return [module for each in distributions() if each.is_shipped for module in each.modules()]


def all_modules() -> list[Module]:
    return [module for each in distributions() for module in each.modules()]


def imported(tree: ast.AST, *, at_runtime: bool = False) -> set[str]:
    """The names of the modules that ``tree`` imports; at runtime, those under TYPE_CHECKING do not count."""
    names: set[str] = set()
    for node in _walk(tree, skip_typing=at_runtime):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names


def third_party(names: set[str]) -> set[str]:
    """The first parts of ``names`` that the standard library does not have."""
    return {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names)


def _walk(node: ast.AST, *, skip_typing: bool) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if skip_typing and isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield from _walk(child, skip_typing=skip_typing)
