"""A file that brings a person's shell into a running stack: ``. services.env``."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from ledgerboard_dev.private import write_private
from ledgerboard_dev.supervisor import Service


def write_environment(file: Path, settings: Mapping[str, str], services: Mapping[str, Service]) -> None:
    """Write ``settings`` and where each service has its metrics. It holds passwords."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]
    lines.append(f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH")
    lines += [f"# {name}: http://127.0.0.1:{service.port}/metrics" for name, service in services.items()]
    write_private(file, "\n".join(lines) + "\n")
