"""What stands between the edge and Flask, from the outside in.

Protection sees every answer. What is no sound request goes no further. Quick reads and kept pages answer without Flask.
"""

from typing import TYPE_CHECKING

from ledgerboard_gateway.http.hot_pages import HotPages
from ledgerboard_gateway.http.protection import Policy, Protection
from ledgerboard_gateway.http.quick_reads import QuickReads
from ledgerboard_gateway.http.request_checks import RequestChecks

if TYPE_CHECKING:
    from flask import Flask

    from ledgerboard_gateway.http.quick_reads import Readers, View
    from ledgerboard_gateway.reading import Reading
    from ledgerboard_gateway.settings import HttpSettings
    from ledgerboard_infra.clock import Clock


def layered(
    app: "Flask", settings: "HttpSettings", read: "Reading", readers: "Readers", clock: "Clock", standing: "View"
) -> Protection:
    """``app`` behind its layers. ``standing`` is the view that tells one player's place."""
    pages = HotPages(app, read.boards, read.lives, readers, clock)
    policy = Policy(origins=settings.allowed_origins, hsts_seconds=settings.hsts_seconds)
    return Protection(RequestChecks(QuickReads(pages, standing, readers)), policy)
