"""Examples of server keys, as the documentation shows them."""

from typing import Any, Final

_ID: Final = "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5e"

KEY_BODY: Final[dict[str, Any]] = {"name": "arena-eu-1", "scopes": ["submit", "read"], "boards": ["chess", "arena-*"]}
ROTATION_BODY: Final[dict[str, Any]] = {"overlap_seconds": 3600}
KEY_ITEM: Final[dict[str, Any]] = {
    "key_id": _ID,
    "name": "arena-eu-1",
    "scopes": ["read", "submit"],
    "boards": ["chess", "arena-*"],
    "rate": None,
    "created_at": "2026-11-21T12:00:00Z",
    "created_by": "root",
    "expires_at": None,
    "rotated_at": None,
    "previous_until": None,
    "revoked_at": None,
    "last_used_at": "2026-11-21T12:34:56Z",
}
KEYS: Final[dict[str, Any]] = {"keys": [KEY_ITEM], "next": f"/v1/keys?before={_ID}&limit=1"}
TOLD_KEY: Final[dict[str, Any]] = {
    "key": "lbk_" + _ID.replace("-", "") + "_" + "0" * 43,
    "record": KEY_ITEM | {"last_used_at": None},
}
