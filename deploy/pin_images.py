#!/usr/bin/env python3
"""Name each image by the digest that its tag has now, in docker-compose.yml and the Dockerfile.

A tag may be moved by whoever holds the registry; a digest is the image itself. The digest is asked of the registry by
docker's own client, which needs buildx and no engine. Run it again to take what a tag means today, look at the
difference, and commit it. Either every image gets its digest or no file changes.

    deploy/pin_images.py            both files
    deploy/pin_images.py FILE...    these instead
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = (ROOT / "docker-compose.yml", ROOT / "deploy" / "Dockerfile")
TIMEOUT_SECONDS = 60

NAMED = re.compile(
    r"(?P<before>^ *image: |^FROM )(?P<image>[\w./:-]+:[\w.-]+)(?:@sha256:[0-9a-f]{64})?(?=\s)", re.MULTILINE
)
"""An image of others, with its tag. Those that are built here have a variable for theirs."""

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class UnknownDigestError(Exception):
    """No digest is to be had. The message says of which image, and why."""


def main(arguments: Sequence[str]) -> int:
    """Pin the images of these files, and return the exit code."""
    files = {path: path.read_text() for path in map(Path, arguments or FILES)}
    images = sorted({found["image"] for text in files.values() for found in NAMED.finditer(text)})
    try:
        digests = {image: digest(image) for image in images}
    except UnknownDigestError as error:
        print(f"pin_images: nothing was changed: {error}", file=sys.stderr)
        return 1
    for path, text in files.items():
        path.write_text(NAMED.sub(lambda found: f"{found['before']}{found['image']}@{digests[found['image']]}", text))
    print("\n".join(f"{image} {digests[image]}" for image in images))
    return 0


def digest(image: str) -> str:
    """Return the digest of the list of an image's platforms, or of the image where it has one platform."""
    command = ["docker", "buildx", "imagetools", "inspect", image, "--format", "{{json .Manifest}}"]
    try:
        asked = subprocess.run(command, check=True, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
        found = str(json.loads(asked.stdout)["digest"])
    except subprocess.CalledProcessError as error:
        raise UnknownDigestError(f"{image}: {error.stderr.strip()}") from error
    except (FileNotFoundError, subprocess.TimeoutExpired, ValueError, KeyError) as error:
        raise UnknownDigestError(f"{image}: {error}") from error
    if not DIGEST.fullmatch(found):
        raise UnknownDigestError(f"{image}: its registry answers {found}")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
