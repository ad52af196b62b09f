"""How much anybody may ask for, as a deployment decides it."""

from dataclasses import dataclass
from ipaddress import ip_network
from typing import Annotated

from msgspec import Meta

from ledgerboard_boards import Bucket
from ledgerboard_infra.settings import Count, setting

Rate = Annotated[float, Meta(ge=0, le=1_000_000)]

_MINUTE_SECONDS = 60
_DAY_SECONDS = 86_400


@dataclass(frozen=True, kw_only=True)
class LimitSettings:
    """Rates of token buckets, which all replicas share. A rate of 0 is no limit."""

    player_rate: Rate = setting(
        "LEDGERBOARD_PLAYER_RATE", default=20.0, doc="Scores a second that a player's token may submit; 0: any number."
    )
    player_burst: Count = setting(
        "LEDGERBOARD_PLAYER_BURST", default=100, doc="Scores that a player who was quiet may submit at once."
    )
    key_rate: Rate = setting(
        "LEDGERBOARD_KEY_RATE",
        default=0.0,
        doc="Scores a second that a server key may submit which has no rate of its own; 0: any number.",
    )
    key_burst: Count = setting(
        "LEDGERBOARD_KEY_BURST",
        default=1000,
        doc="Scores that a limited key may submit at once, and never less than those of a second.",
    )
    username_attempts: Rate = setting(
        "LEDGERBOARD_USERNAME_ATTEMPTS",
        default=100.0,
        doc="Logins and registrations a minute for one username, from all addresses together; 0: any number.",
    )
    username_address_attempts: Rate = setting(
        "LEDGERBOARD_USERNAME_ADDRESS_ATTEMPTS",
        default=10.0,
        doc="Logins and registrations a minute for one username from one client's address; 0: any number.",
    )
    address_attempts: Rate = setting(
        "LEDGERBOARD_ADDRESS_ATTEMPTS",
        default=60.0,
        doc="Logins and registrations a minute from one client's address; 0: any number.",
    )
    read_rate: Rate = setting(
        "LEDGERBOARD_READ_RATE",
        default=100.0,
        doc="Reads a second that one client's address may make without a credential, and a player, of each gateway "
        "process. Kept pages do not count. 0: any number.",
    )
    read_burst: Count = setting(
        "LEDGERBOARD_READ_BURST", default=1000, doc="Reads that one which was quiet may make at once."
    )
    player_writes: Rate = setting(
        "LEDGERBOARD_PLAYER_WRITES",
        default=60.0,
        doc="Writes a minute that a player's token may make beside scores: seats, names, sign-outs; 0: any number.",
    )
    key_boards: Annotated[int, Meta(ge=0)] = setting(
        "LEDGERBOARD_KEY_BOARDS",
        default=100,
        doc="Boards a day that a key with the scope `boards` may make by first scores; 0: any number.",
    )
    key_names: Annotated[int, Meta(ge=0)] = setting(
        "LEDGERBOARD_KEY_NAMES",
        default=50_000,
        doc="Levels and sessions a day that a server key's scores may name which its gateway did not see lately; 0: "
        "any number. Each is a ranking of its own in Redis.",
    )
    player_keyed_requests: Count = setting(
        "LEDGERBOARD_PLAYER_KEYED_REQUESTS",
        default=5000,
        doc="Requests with an Idempotency-Key that are kept of one player, each for a day. More are refused.",
    )
    trusted_proxies: tuple[str, ...] = setting(
        "LEDGERBOARD_TRUSTED_PROXIES",
        default=(),
        doc="Addresses and networks, such as 10.0.0.0/8, of proxies whose X-Forwarded-For is believed.",
    )
    timeout_seconds: Annotated[float, Meta(gt=0, le=2)] = setting(
        "LEDGERBOARD_LIMIT_TIMEOUT_SECONDS",
        default=0.1,
        doc="How long Redis may take to say whether a caller is over a limit. After that the process decides alone.",
    )

    def __post_init__(self) -> None:
        for network in self.trusted_proxies:
            try:
                ip_network(network)
            except ValueError as error:
                raise ValueError(f"LEDGERBOARD_TRUSTED_PROXIES: {error}") from error

    @property
    def player(self) -> Bucket | None:
        """A player's bucket, or None without a limit."""
        return Bucket(self.player_rate, self.player_burst) if self.player_rate else None

    def key(self, own_rate: float | None) -> Bucket | None:
        """The bucket of a key, which may have a rate of its own; None without a limit."""
        rate = self.key_rate if own_rate is None else own_rate
        return Bucket(rate, max(self.key_burst, int(rate))) if rate else None

    @property
    def username(self) -> Bucket | None:
        """Attempts with a username, wherever they come from."""
        return _a_minute(self.username_attempts)

    @property
    def username_here(self) -> Bucket | None:
        """Attempts with a username from one address."""
        return _a_minute(self.username_address_attempts)

    @property
    def reads(self) -> Bucket | None:
        """Reads of an address or a player."""
        return Bucket(self.read_rate, max(self.read_burst, int(self.read_rate))) if self.read_rate else None

    @property
    def writes(self) -> Bucket | None:
        """What a player writes beside scores."""
        return _a_minute(self.player_writes)

    @property
    def boards(self) -> Bucket | None:
        """Boards that a key's scores make."""
        return Bucket(self.key_boards / _DAY_SECONDS, self.key_boards) if self.key_boards else None

    @property
    def names(self) -> Bucket | None:
        """Levels and sessions that a key's scores name."""
        return Bucket(self.key_names / _DAY_SECONDS, self.key_names) if self.key_names else None

    @property
    def address(self) -> Bucket | None:
        """Attempts from an address."""
        return _a_minute(self.address_attempts)


def _a_minute(attempts: float) -> Bucket | None:
    return Bucket(attempts / _MINUTE_SECONDS, max(1, int(attempts))) if attempts else None
