"""Images are pinned to what a registry says of their tags, all of them or none."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / "deploy" / "pin_images.py"
TIMEOUT_SECONDS = 120

EMPTY = json.dumps({
    "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [],
})  # fmt: skip


def manifest(name: str, tag: str) -> bytes:
    """The list of an image's platforms, another one for each image."""
    return json.dumps(json.loads(EMPTY) | {"annotations": {"of": f"{name}:{tag}"}}).encode()


def digest(name: str, tag: str) -> str:
    return "sha256:" + hashlib.sha256(manifest(name, tag)).hexdigest()


class Registry(BaseHTTPRequestHandler):
    """A registry that has every image but those named ``missing``."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        asked = re.fullmatch(r"/v2/(.+)/manifests/(.+)", self.path)
        if asked is None or asked[1] == "missing":
            self._answer(404, b"{}")
        else:
            tag = asked[2] if not asked[2].startswith("sha256:") else TAGS[asked[2]]
            TAGS[digest(asked[1], tag)] = tag
            self._answer(200, manifest(asked[1], tag), digest(asked[1], tag))

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, status: int, body: bytes, of: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.oci.image.index.v1+json")
        self.send_header("Content-Length", str(len(body)))
        if of:
            self.send_header("Docker-Content-Digest", of)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


TAGS: dict[str, str] = {}


@pytest.fixture
def registry() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Copies of the files that name images."""
    return [Path(shutil.copy(ROOT / name, tmp_path)) for name in ("docker-compose.yml", "deploy/Dockerfile")]


def here(files: list[Path], registry: str) -> None:
    """Let the images of others come from this registry."""
    for path in files:
        path.write_text(re.sub(r"(?m)^( *image: |FROM )(?=[\w/]+:[\w.])", rf"\g<1>{registry}/", path.read_text()))


def pin(files: list[Path], **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DOCKER_HOST": "unix:///nowhere/docker.sock", **more}
    return subprocess.run(
        [sys.executable, PROGRAM, *files],
        env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False,
    )  # fmt: skip


def docker_says(*words: str) -> bool:
    return (
        shutil.which("docker") is not None
        and subprocess.run(["docker", *words], capture_output=True, check=False).returncode == 0
    )


needs_client = pytest.mark.skipif(not docker_says("buildx", "version"), reason="there is no client of docker's here")


@needs_client
def test_every_image_of_others_gets_the_digest_that_its_tag_has(files: list[Path], registry: str) -> None:
    here(files, registry)
    before = [path.read_text() for path in files]
    run = pin(files)
    assert run.returncode == 0, run.stderr
    compose, dockerfile = (path.read_text() for path in files)
    for name, tag in (("postgres", "18"), ("valkey/valkey", "9"), ("ministackorg/ministack", "1.5.33")):
        assert f"image: {registry}/{name}:{tag}@{digest(name, tag)}\n" in compose
    assert dockerfile.count(f"FROM {registry}/python:3.13-slim@{digest('python', '3.13-slim')}") == 2
    assert [re.sub("@sha256:[0-9a-f]{64}", "", text) for text in (compose, dockerfile)] == before
    assert {
        each["image"].partition(":")[0] for each in yaml.safe_load(compose)["services"].values() if "build" in each
    } == {f"ledgerboard-{name}" for name in ("gateway", "ingest", "ranker", "history")}
    assert "@sha256:" not in "".join(line for line in compose.splitlines() if "ledgerboard-" in line)


@needs_client
@pytest.mark.skipif(not docker_says("compose", "version"), reason="there is no compose here")
def test_compose_takes_what_was_pinned(files: list[Path], registry: str) -> None:
    here(files, registry)
    assert pin(files).returncode == 0
    command = ["docker", "compose", "--env-file", os.devnull, "--file", str(files[0]), "config", "--images"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True)
    assert f"{registry}/postgres:18@{digest('postgres', '18')}" in told.stdout.splitlines()


@needs_client
def test_pinning_again_takes_what_the_tag_means_now(files: list[Path], registry: str) -> None:
    here(files, registry)
    assert pin(files).returncode == 0
    pinned = files[0].read_text()
    files[0].write_text(re.sub("@sha256:[0-9a-f]{64}", "@sha256:" + "0" * 64, pinned))
    assert pin(files).returncode == 0
    assert files[0].read_text() == pinned


@needs_client
def test_one_image_without_a_digest_leaves_every_file_as_it_was(files: list[Path], registry: str) -> None:
    here(files, registry)
    files[1].write_text(files[1].read_text().replace(f"FROM {registry}/python:", f"FROM {registry}/missing:"))
    before = [path.read_text() for path in files]
    run = pin(files)
    assert run.returncode == 1
    assert f"{registry}/missing:3.13-slim" in run.stderr
    assert [path.read_text() for path in files] == before


def test_without_a_client_it_says_so_and_changes_nothing(files: list[Path], tmp_path: Path) -> None:
    before = [path.read_text() for path in files]
    run = pin(files, PATH=str(tmp_path))
    assert run.returncode == 1
    assert "nothing was changed" in run.stderr
    assert "docker" in run.stderr
    assert [path.read_text() for path in files] == before
