"""Read an export without importing it: whether every line is sound, and every part whole."""

from dataclasses import dataclass, field
from pathlib import Path

from ledgerboard_history.exchange.parts import PartCounts
from ledgerboard_history.exchange.reading import ExportReader, Findings


@dataclass
class Seen(Findings):
    """What a file holds and what is wrong with it. ``counts`` are of its sound lines."""

    counts: PartCounts = field(default_factory=PartCounts)


def verify(path: Path) -> Seen:
    """Read all of ``path``."""
    seen = Seen()
    with path.open("rb") as file:
        for _, line in ExportReader(file, seen).lines():
            seen.counts.add(line)
    return seen
