"""Corrections for tests: each call makes another one, later than those before, and says only what the test is about."""

from datetime import timedelta
from typing import Any

from ledgerboard_contracts import Correction, CorrectionKind, check_correction
from ledgerboard_testkit.events import NOON, event_id


def correction(kind: CorrectionKind, **others: Any) -> Correction:
    """A new correction; ``others`` are more of its fields. It was accepted a minute after the plays of `events`."""
    at = others.pop("at", NOON + timedelta(minutes=1))
    fields: dict[str, Any] = {
        "correction_id": event_id(at),
        "kind": kind,
        "occurred_at": at,
        "reason": "a test",
        "author": "operator",
    }
    return check_correction(Correction(**fields | others))
