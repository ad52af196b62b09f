"""What can go wrong between a service and what it depends on.

The difference that matters: an `UnavailableError` passes by itself and is nobody's fault, so whoever meets it waits and
tries again with the same message; a `RefusedError` will be the same tomorrow.
"""


class UnavailableError(Exception):
    """A dependency is down, too slow, or refuses to serve us. Not the message's fault: try the same again later."""


class BusyError(UnavailableError):
    """All of our own connections to a dependency are in use. It may be well; another one of ours is no way out."""


class RefusedError(Exception):
    """A dependency understood the request and will never accept it as it is."""


class MisconfiguredError(Exception):
    """The deployment lacks something that no retry brings. The message names it, and is for a person to read."""
