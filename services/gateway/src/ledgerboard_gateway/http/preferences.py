"""Read the ``Prefer`` header (RFC 7240). A preference that makes no sense is ignored, as the RFC has it."""

import re
from typing import Final

_WAIT: Final = re.compile(r'\s*wait\s*=\s*(?:"(\d{1,9})"|(\d{1,9}))\s*(?:;.*)?\Z', re.IGNORECASE | re.ASCII)


def wait_seconds(header: str | None) -> int:
    """How long the client would wait for the outcome: the first ``wait`` that makes sense, else 0."""
    for preference in (header or "").split(","):
        if found := _WAIT.match(preference):
            return int(found[1] or found[2])
    return 0
