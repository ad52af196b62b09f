"""What no file of the repository says: unfinished work, one machine's paths, unexplained exceptions to the rules."""

import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.tree import ROOT

TEXTS: Final = {"", ".cfg", ".html", ".json", ".lock", ".lua", ".md", ".py", ".sh", ".sql", ".toml", ".txt", ".yml"}

FORBIDDEN: Final = {
    "unfinished work": r"\b(?:TODO|FIXME|XXX|HACK)\b",
    "a path of one machine": r"(?<![\w.:$}])/(?:home|root(?!/\.cache)|work|Users)/[\w.]",
    "a package index": r"https?://\S*/simple\b",
    "an exception to a lint rule without its reason": r"# noqa(?!: [A-Z]+[0-9]+(?:, [A-Z]+[0-9]+)* -- \S)",
    "an exception to all type rules": r"# type: ignore(?!\[)",
}
"""What it is, and how to find it. This module is the only one that may spell them."""


def files() -> list[Path]:
    """What is under version control, and what is about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.suffix in TEXTS and path.is_file() and path != Path(__file__)]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_says(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("unfinished work", "# TODO: later"),
        ("a path of one machine", "cd /home/ada"),
        ("a package index", "--index-url https://example.org/simple"),
        ("an exception to a lint rule without its reason", "x = 1  # noqa: E501"),
        ("an exception to all type rules", "x = 1  # type: ignore"),
    ],
)
def test_the_words_are_seen(what: str, line: str) -> None:
    assert re.search(FORBIDDEN[what], line)
