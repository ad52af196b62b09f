"""The headers of reads and of keyed writes, as the OpenAPI document tells of them."""

from collections.abc import Mapping
from typing import Any, Final

_TAG: Final = '"0b5f3c1f9a7d4e2286c0d1aa"'

SOURCE: Final = "Ledgerboard-Source"

IF_NONE_MATCH: Final[Mapping[str, Any]] = {
    "in": "header",
    "name": "If-None-Match",
    "description": "The `ETag` of an answer that the client has. Where it still holds, 304 says so without a body.",
    "example": _TAG,
    "schema": {"type": "string"},
}

CONDITIONAL: Final[dict[str, Any]] = {
    "ETag": {
        "description": "A hash of the body: the same in every process, and whether the boards or the ledger answered. "
        "`HEAD` tells it, too.",
        "schema": {"type": "string", "examples": [_TAG]},
    },
    "Cache-Control": {
        "description": "`no-cache`: keep the answer, and ask with `If-None-Match` before using it again.",
        "schema": {"type": "string", "const": "no-cache"},
    },
}

FROM_BOARDS: Final[dict[str, Any]] = {
    SOURCE: {
        "description": "`ledger` where the record answered, because the live boards are down, being rebuilt, or no "
        "longer keep the period. It is as exact and slower, and shows what is recorded. Absent where the boards "
        "answered.",
        "schema": {"type": "string", "const": "ledger"},
    },
}

NOT_MODIFIED: Final[Mapping[str, Any]] = {
    "description": "The client has this answer already",
    "headers": CONDITIONAL | FROM_BOARDS,
}

IDEMPOTENCY_KEY: Final[Mapping[str, Any]] = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "A name of this request that the caller makes up, such as a UUID. Sent again under the same key, it "
    "is done once and answered alike for 24 hours, also where the first try broke off half-way.",
    "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}

REPLAYED_ANSWER: Final[dict[str, Any]] = {
    "Idempotency-Replayed": {
        "description": "`true` where this is the answer that the first request of this key was given.",
        "schema": {"type": "string", "const": "true"},
    },
}

RETRY_AFTER: Final[dict[str, Any]] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}

RATE_LIMIT: Final[dict[str, Any]] = {
    "RateLimit-Policy": {
        "description": "The caller's limit, if there is one: its name, how many it lets through, in how many seconds.",
        "schema": {"type": "string", "examples": ['"player";q=100;w=5']},
    },
    "RateLimit": {
        "description": "How many are left of it, and in how many seconds all of them will be again.",
        "schema": {"type": "string", "examples": ['"player";r=99;t=1']},
    },
}
