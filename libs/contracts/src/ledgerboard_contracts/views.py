"""Views: the sorted lists that one board is seen through.

A view is board x scope x period. Only the whole board is a scope so far, so a view is a board and a span of time.
"""

from dataclasses import dataclass
from typing import Final

from ledgerboard_contracts.periods import Span

TOP_N: Final = 100
"""How many first places of a view are kept rendered; a change below them leaves the rendering valid."""


@dataclass(frozen=True, slots=True)
class View:
    """One ranking: the plays of ``board`` within ``span``."""

    board: str
    span: Span
