"""``./run check`` asks what is known against the packages that are pinned, and fails when anything is."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from ledgerboard_dev.audit import audit
from ledgerboard_dev.checks import is_sound

ROOT = Path(__file__).parents[3]
PINNED = dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))


def requires(package: str) -> list[str]:
    """What others wrote that a package of ours names."""
    named = [re.split(r"[^\w.-]", each)[0] for each in metadata.requires(package) or ()]
    return [each for each in named if not each.startswith("ledgerboard")]


def advisory(package: str, number: str) -> dict[str, Any]:
    """An entry as OSV has it, for whatever is older than version 99."""
    affected = {
        "package": {"name": package, "ecosystem": "PyPI"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99"}]}],
    }
    return {"id": number, "schema_version": "1.6.0", "summary": "a flaw", "affected": [affected]}


@contextmanager
def advisories(known: Mapping[str, str], status: int = 200) -> Iterator[tuple[str, list[Any]]]:
    """A server that speaks as OSV does: its URL, and the questions that came."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(question)
            name = question["package"]["name"]
            body = json.dumps({"vulns": [advisory(name, known[name])]} if name in known else {}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1/query", asked
        finally:
            server.shutdown()
            serving.join()


def test_a_flaw_of_a_pinned_package_fails_the_check_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with advisories({"jinja2": "PYSEC-2026-1", "left-pad": "PYSEC-2026-2"}) as (url, asked):
        assert not is_sound(url)
    said = capsys.readouterr().out
    assert "FAILED" in said
    assert f"jinja2 {PINNED['jinja2']}: PYSEC-2026-1, mended in 99" in said
    assert "left-pad" not in said
    questions = {each["package"]["name"]: each["version"] for each in asked}
    assert questions.items() <= PINNED.items()
    assert set(requires("ledgerboard-gateway")) <= questions.keys()


def test_nothing_known_passes_and_says_how_much_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    with advisories({}) as (url, asked):
        assert is_sound(url)
    said = re.search(r"nothing known against (\d+) of (\d+) packages", capsys.readouterr().out)
    assert said is not None
    assert said[1] == said[2] == str(len({each["package"]["name"] for each in asked}))


def test_a_server_that_fails_or_is_not_there_fails_no_check(capsys: pytest.CaptureFixture[str]) -> None:
    with advisories({"jinja2": "PYSEC-2026-1"}, status=503) as (url, _):
        assert is_sound(url)
    assert is_sound(url)
    assert capsys.readouterr().out.count("unasked") == 2


def test_a_lock_file_that_cannot_be_read_is_no_audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with advisories({}) as (url, _):
        assert audit(url).asked == 0
