"""Server keys, as a deployment decides of them."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from ledgerboard_infra.settings import Seconds, setting


@dataclass(frozen=True, kw_only=True)
class KeySettings:
    """How soon a change of keys is known, and how long a rotation may take."""

    period_seconds: Annotated[float, Meta(gt=0, le=8)] = setting(
        "LEDGERBOARD_KEYS_PERIOD_SECONDS",
        default=5.0,
        doc="How often to read the server keys. So long may a revoked key be good in other processes.",
    )
    makers_seconds: Annotated[float, Meta(gt=0, le=1800)] = setting(
        "LEDGERBOARD_KEY_MAKERS_SECONDS",
        default=900.0,
        doc="How often to look whether those whose tokens made keys are still managers. Else their keys end.",
    )
    overlap_seconds: Seconds = setting(
        "LEDGERBOARD_KEY_OVERLAP_SECONDS",
        default=86400.0,
        doc="After a rotation, how long the secret before it is good, unless the rotation says otherwise.",
    )
