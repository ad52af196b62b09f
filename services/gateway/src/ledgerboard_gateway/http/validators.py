"""Validators: how a client that has a page learns that it is still the one (RFC 9110, sections 8.8.3 and 13.1.2).

The entity tag is a hash of the body: strong, and the same in every process, whether the page was kept or made anew.
``no-cache`` lets a client or a proxy keep a page, and makes it ask each time.
"""

import hashlib
from typing import Any, Final

CACHE_CONTROL: Final = "no-cache"
_DIGEST_BYTES: Final = 12
_OF_CONTENT: Final = frozenset({"Content-Length", "Content-Type"})

Headers = list[tuple[str, str]]


def entity_tag(body: bytes) -> str:
    """The strong entity tag of ``body``."""
    return f'"{hashlib.blake2b(body, digest_size=_DIGEST_BYTES).hexdigest()}"'


def is_known(environ: dict[str, Any], etag: str) -> bool:
    """Whether the client has the page of that tag already. The comparison is weak, as for GET it must be."""
    given: str | None = environ.get("HTTP_IF_NONE_MATCH")
    if given is None:
        return False
    return given.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in given.split(",")]


def without_content(headers: Headers) -> Headers:
    """What of a page's ``headers`` goes with 304."""
    return [(name, value) for name, value in headers if name not in _OF_CONTENT]
