"""The operator's command against a running gateway, as a shell would call it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ledgerboard_dev.stack import Stack
from tests.e2e.api import Api

FILE = """
[boards.files-laps]
order = "asc"
min_score = 20_000
title = "Lap times in ms"

[boards.files-sprint]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "boards.toml"
    path.write_text(FILE)
    return path


def apply(stack: Stack, file: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command without a terminal, its key in a file."""
    where = {"LEDGERBOARD_URL": stack.gateway_url, "LEDGERBOARD_WRITE_KEY_FILE": str(stack.admin_key_file)}
    return subprocess.run(
        [sys.executable, "-m", "ledgerboard_cli", "boards", "apply", str(file), *arguments],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60,
        env=os.environ | where | environment,
    )  # fmt: skip


def test_a_file_is_planned_applied_and_then_there_is_nothing_left_to_do(stack: Stack, api: Api, file: Path) -> None:
    planned = apply(stack, file)
    assert planned.returncode == 4, planned.stderr
    assert "create   files-laps" in planned.stdout
    assert api.get("/v1/boards/files-laps").status == 404

    applied = apply(stack, file, "--yes")
    assert applied.returncode == 0, applied.stderr
    laps = api.get("/v1/boards/files-laps").body
    assert (laps["order"], laps["min_score"], laps["title"], laps["version"]) == ("asc", 20_000, "Lap times in ms", 1)

    again = apply(stack, file)
    assert again.returncode == 0
    assert "0 create, 0 change, 2 same, 0 rebuild" in again.stdout
    assert api.get("/v1/boards/files-laps").body == laps

    file.write_text(FILE.replace("20_000", "10_000"))
    changed = apply(stack, file, "--yes")
    assert changed.returncode == 0, changed.stderr
    assert "min_score: 20000 -> 10000" in changed.stdout
    assert api.get("/v1/boards/files-laps").body["version"] == 2


EVERY_OPTION = """
[boards.files-every]
order = "asc"
policy = "latest"
min_score = -5
max_score = 9007199254740992
title = "Zürich"
decimals = 3
time_zone = "Europe/Zurich"
level_views = false
session_views = false
level_total_view = true
ties = [{attribute = "lives"}, {attribute = "shots", order = "asc"}]

[[boards.files-every.seasons]]
key = "spring"
start = 2026-03-01T00:00:00+01:00
end = 2026-06-01T00:00:00.5Z
"""


def test_every_option_goes_through_a_file_to_the_board_and_is_found_again(stack: Stack, api: Api, file: Path) -> None:
    file.write_text(EVERY_OPTION, "utf-8")
    applied = apply(stack, file, "--yes")
    assert applied.returncode == 0, applied.stderr
    board = api.get("/v1/boards/files-every").body
    assert board["ties"] == [{"attribute": "lives", "order": "desc"}, {"attribute": "shots", "order": "asc"}]
    assert (board["time_zone"], board["decimals"], board["level_total_view"]) == ("Europe/Zurich", 3, True)
    assert (board["seasons"][0]["key"], board["level_views"], board["title"]) == ("spring", False, "Zürich")
    again = apply(stack, file)
    assert again.returncode == 0, again.stdout
    assert "0 create, 0 change, 1 same, 0 rebuild" in again.stdout


def test_what_the_gateway_answers_is_a_file_too(stack: Stack, api: Api, tmp_path: Path) -> None:
    assert api.send("PUT", "/v1/boards/files-json", {"order": "asc", "title": "Laps"}).status == 201
    told = api.get("/v1/boards/files-json").body
    options = {name: value for name, value in told.items() if name not in {"board", "version"}}
    file = tmp_path / "boards.json"
    file.write_text(json.dumps({"boards": {"files-json": options}}))
    same = apply(stack, file)
    assert same.returncode == 0, same.stderr
    assert "1 same" in same.stdout


def test_a_board_that_is_to_rank_otherwise_is_defined_so(stack: Stack, api: Api, file: Path) -> None:
    assert api.send("PUT", "/v1/boards/files-turned", {"order": "asc"}).status == 201
    file.write_text("[boards.files-turned]\norder = 'desc'\n")
    turned = apply(stack, file, "--yes")
    assert turned.returncode == 0, turned.stderr
    assert "1 rebuild" in turned.stdout
    assert 'order: "asc" -> "desc"' in turned.stdout
    assert api.get("/v1/boards/files-turned").body["order"] == "desc"


def test_a_wrong_key_is_refused_in_words_and_not_shown(stack: Stack, file: Path) -> None:
    file.write_text("[boards.files-wrong-key]\n")
    refused = apply(stack, file, "--yes", LEDGERBOARD_WRITE_KEY="not-the-write-key-0")
    assert refused.returncode == 1
    assert "401" in refused.stderr
    assert "not-the-write-key-0" not in refused.stderr + refused.stdout


def test_an_address_at_which_there_is_no_gateway_is_told(stack: Stack, file: Path) -> None:
    for url, says in [
        ("http://127.0.0.1:1", "does not answer"),
        (stack.sqs.url, "is this the gateway's address?"),
        (f"{stack.gateway_url}/elsewhere", "404"),
    ]:
        refused = apply(stack, file, LEDGERBOARD_URL=url)
        assert refused.returncode == 1, (url, refused)
        assert says in refused.stderr, (url, refused.stderr)
