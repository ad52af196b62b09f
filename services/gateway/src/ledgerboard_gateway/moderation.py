"""Put together what reviews and names take. Bootstrap brings the record."""

from ledgerboard_gateway import names, reviews
from ledgerboard_gateway.corrections import Moments, Queue
from ledgerboard_gateway.http.moderation_routes import ModerationRoutes
from ledgerboard_gateway.http.name_routes import Bans, NameRoutes
from ledgerboard_gateway.http.review_routes import ReviewRoutes
from ledgerboard_gateway.words import Words
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import ModerationRecord


def moderation_routes(
    suspects: reviews.Record,
    named: names.Record,
    bans: Bans,
    queue: Queue,
    words: Words,
    clock: Clock,
    moments: Moments,
) -> ModerationRoutes:
    """The routes. Opens nothing."""
    return ModerationRoutes(
        reviews=ReviewRoutes(reviews.Reviews(suspects, queue, moments, new_uuid7)),
        names=NameRoutes(names.Names(named, words, clock), bans),
    )


def moderation(
    record: ModerationRecord, bans: Bans, queue: Queue, words: Words, clock: Clock, moments: Moments
) -> ModerationRoutes:
    """The same over the record in PostgreSQL."""
    return moderation_routes(record.reviews, record.names, bans, queue, words, clock, moments)
