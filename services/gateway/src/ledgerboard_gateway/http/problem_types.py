"""The types of problem: one table for what a client meets in production and what it reads about."""

from enum import Enum
from typing import Final

from ledgerboard_boards.reading import MAX_DISTINCT_SCORES

TYPE_PREFIX: Final = "/docs/problems/"


class ProblemType(Enum):
    """The types of problem: slug, status, title, and what it means for the client."""

    MALFORMED_BODY = ("malformed-body", 400, "The body is not JSON", "Nothing was accepted. Send valid UTF-8 JSON.")
    INVALID_REQUEST = (
        "invalid-request",
        400,
        "The request breaks a rule",
        "Nothing was accepted. `errors` names each field at fault and its rule.",
    )
    UNAUTHORIZED = (
        "unauthorized",
        401,
        "A valid credential is required",
        "Send a server key or a token as `Authorization: Bearer ...`. Whatever is wrong with one, the answer is this.",
    )
    FORBIDDEN = (
        "forbidden",
        403,
        "The caller may not do this",
        "Nothing was done. Players submit for themselves only, keys for their boards only; the rest needs a role.",
    )
    NOT_FOUND = ("not-found", 404, "There is no such resource", "This service has nothing at this path.")
    UNKNOWN_BOARD = ("unknown-board", 404, "There is no such board", "Nobody defined it or submitted to it.")
    UNKNOWN_VIEW = (
        "unknown-view",
        404,
        "The board keeps no such ranking",
        "It has no such season, or its definition ranks no levels, no sessions or no sums over levels.",
    )
    UNKNOWN_PLAYER = (
        "unknown-player",
        404,
        "The player has no standing here",
        "No play of this player counts on this board in this period.",
    )
    UNKNOWN_EVENT = (
        "unknown-event",
        404,
        "There is no such event",
        "The ledger does not know it, and it is too old to be still on its way.",
    )
    WRONG_CREDENTIALS = ("wrong-credentials", 401, "These credentials are not valid", "Log in again.")
    USER_NOT_CONFIRMED = ("user-not-confirmed", 403, "UserNotConfirmed", "Send the code that came by e-mail first.")
    USER_EXISTS = ("user-exists", 409, "The username is taken", "Nothing was registered. Choose another.")
    PLAYER_BANNED = (
        "player-banned",
        403,
        "The player is banned",
        "Nothing was accepted. Scores of a banned player are refused until the ban is lifted.",
    )
    KEY_REUSED = ("idempotency-key-reused", 409, "The key names another request", "Nothing was done. Use another key.")
    UNDER_WAY = ("request-under-way", 409, "The request is under way", "Ask again after `Retry-After` seconds.")
    ALREADY_DONE = ("already-done", 409, "The request was done before", "Its answer held what is kept nowhere.")
    METHOD_NOT_ALLOWED = ("method-not-allowed", 405, "The method is not allowed here", "`Allow` lists those that are.")
    UNKNOWN_REVIEW = ("unknown-review", 404, "There is no such review", "No rule of its board suspected this play.")
    REVIEW_DECIDED = (
        "review-decided",
        409,
        "The review has the opposite verdict",
        "Nothing was changed: a verdict stands. A play that was refused can only be submitted anew.",
    )
    NAME_REFUSED = ("name-refused", 422, "The name is not allowed", "Nothing was kept. `errors` names the field.")
    REJECTED = (
        "rejected",
        422,
        "The board does not take this score",
        "It is on record as rejected, with the reason in `detail`; sending it again changes nothing.",
    )
    LATE_BODY = (
        "late-body",
        408,
        "The body did not come in time",
        "Nothing was accepted. Send it again, at once: this connection is closed.",
    )
    TOO_LARGE = ("too-large", 413, "The body is too large", "Nothing was accepted. Send less at a time.")
    UNSUPPORTED_MEDIA_TYPE = (
        "unsupported-media-type",
        415,
        "The body must be JSON",
        "Nothing was accepted. Send `Content-Type: application/json`, and no `Content-Encoding`.",
    )
    RANK_TOO_DEEP = (
        "rank-too-deep",
        422,
        "The dense rank lies too deep",
        f"One read counts at most {MAX_DISTINCT_SCORES:,} better scores. `ranking=competition` knows no limit.",
    )
    TOO_MANY_REQUESTS = (
        "too-many-requests",
        429,
        "The limit is used up",
        "Nothing was accepted. Try again after `Retry-After` seconds; `RateLimit` tells how much is left.",
    )
    INTERNAL = ("internal", 500, "The gateway failed", "A defect of this service; the request id finds it in the logs.")
    UNAVAILABLE = (
        "unavailable",
        503,
        "A part of the service is down",
        "Nothing was accepted. Try again after `Retry-After` seconds.",
    )
    UNACKNOWLEDGED = (
        "unacknowledged",
        503,
        "The queue did not answer in time",
        "The submission may still be counted, or may be lost; its event, in `event_ids`, tells which.",
    )

    CORRECTION_UNACKNOWLEDGED = (
        "correction-unacknowledged",
        503,
        "The queue did not answer in time",
        "The correction may be carried out or not; `GET /v1/corrections` tells which. Asking again does no harm.",
    )

    UNKNOWN_SESSION = ("unknown-session", 404, "There is no such session", "Nobody opened it on this board.")
    UNMANAGED_SESSIONS = (
        "unmanaged-sessions",
        409,
        "This board does not manage sessions",
        "Whatever name a score gives is a session there. Define the board with `managed_sessions`.",
    )
    SESSION_EXISTS = ("session-exists", 409, "A session has that name", "Nothing was opened. Choose another name.")
    SESSION_CLOSED = ("session-closed", 409, "The session has closed", "Nobody is seated in it any more.")
    NO_SEATS_AVAILABLE = ("no-seats-available", 422, "Every seat is taken", "Try again when one may be free.")
    PLAYER_CANNOT_PLAY = (
        "player-cannot-play",
        422,
        "The player has played",
        "The session gives each player a single trial, and this one had it.",
    )

    def __init__(self, slug: str, status: int, title: str, meaning: str) -> None:
        self.slug = slug
        self.status = status
        self.title = title
        self.meaning = meaning

    @property
    def uri(self) -> str:
        """The ``type`` member: where this service explains the problem."""
        return TYPE_PREFIX + self.slug
