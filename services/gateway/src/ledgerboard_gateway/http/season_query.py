"""The query parameters of final standings and of deliveries."""

from marshmallow import fields, validate

from ledgerboard_gateway.http.query_fields import MAX_RANK, Digits, Query, limit


class FinalStandingsQuery(Query):
    """A page of final places."""

    after = Digits(
        load_default=None,
        validate=validate.Range(0, MAX_RANK),
        metadata={"description": "Only places behind this rank.", "example": 19},
    )
    limit = limit()


class DeliveriesQuery(Query):
    """A page of deliveries."""

    state = fields.String(
        load_default=None,
        validate=validate.OneOf(["pending", "delivered", "dead"]),
        metadata={"description": "Only those in this state.", "example": "dead"},
    )
    after = fields.UUID(
        load_default=None,
        metadata={
            "description": "Only deliveries that follow this one.",
            "example": "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5e",
        },
    )
    limit = limit()
