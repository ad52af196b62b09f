"""Say who is told when a period closes, and look after what could not be delivered."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, Protocol
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from flask import Response
from msgspec import Meta

from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http import season_examples as e
from ledgerboard_gateway.http.auditing import note_before
from ledgerboard_gateway.http.operations import Answer, Body, Operation
from ledgerboard_gateway.http.problems import ProblemError, invalid
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import json_body, uuid_in_path
from ledgerboard_gateway.http.season_answers import (
    DeliveriesAnswer,
    DeliveryItem,
    HookAnswer,
    HooksAnswer,
    ReplayedDelivery,
)
from ledgerboard_gateway.http.season_query import DeliveriesQuery
from ledgerboard_gateway.http.second_look import decoded
from ledgerboard_gateway.settings import HookSettings
from ledgerboard_ledger import HOOK_NAME_PATTERN, Delivery, Hook, InvalidHookError, check_hook

_Event = Literal["season.closed", "month.closed", "week.closed", "day.closed"]
_Name = Annotated[str, Meta(pattern=HOOK_NAME_PATTERN)]


class HookBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to tell what. ``secret`` names the secret that signs it; the secret itself is never sent here."""

    url: Annotated[str, Meta(min_length=1, max_length=500, description="An https URL.")]
    events: Annotated[tuple[_Event, ...], Meta(min_length=1, max_length=4)]
    secret: _Name


_body: Final = msgspec.json.Decoder(HookBody)


class Hooks(Protocol):
    """The record of hooks. Raises `UnavailableError` when it is down."""

    def put(self, hook: Hook) -> bool:
        """Keep one; whether it is new."""
        ...

    def list(self) -> Sequence[Hook]:
        """All of them."""
        ...

    def delete(self, name: str) -> bool:
        """Forget one; whether there was one."""
        ...


class Outbox(Protocol):
    """What hooks are to be told. Raises `UnavailableError` when it is down."""

    def list(self, state: str | None, after: UUID | None, limit: int) -> Sequence[Delivery]:
        """Deliveries by id."""
        ...

    def replay(self, delivery_id: UUID) -> bool:
        """Make one due again; whether there is one."""
        ...


class HookRoutes:
    """The routes of hooks and deliveries. Each is safe to repeat."""

    def __init__(self, hooks: Hooks, outbox: Outbox, allowed: HookSettings) -> None:
        self._hooks = hooks
        self._outbox = outbox
        self._allowed = allowed

    def put_hook(self, hook: str) -> Response:
        """Keep a hook."""
        read = decoded(_body, json_body())
        wanted = Hook(hook=hook, url=read.url, events=tuple(dict.fromkeys(read.events)), secret=read.secret)
        try:
            check_hook(wanted, allow_http=self._allowed.allow_http, allow_private=self._allowed.allow_private)
        except InvalidHookError as error:
            raise invalid(error.field, str(error)) from error
        self._note_before(hook)
        return rendering.answer(_hook(wanted), 201 if self._hooks.put(wanted) else 200)

    def list_hooks(self) -> Response:
        """Tell all hooks."""
        return rendering.answer(HooksAnswer(hooks=tuple(map(_hook, self._hooks.list()))))

    def delete_hook(self, hook: str) -> Response:
        """Forget a hook."""
        self._note_before(hook)
        if not self._hooks.delete(hook):
            raise ProblemError(P.NOT_FOUND, f"There is no hook {hook!r}.")
        return rendering.answer(HooksAnswer(hooks=tuple(map(_hook, self._hooks.list()))))

    def list_deliveries(self, query: Mapping[str, Any]) -> Response:
        """Tell a page of deliveries."""
        state, limit = query["state"], query["limit"]
        found = tuple(map(_delivery, self._outbox.list(state, query["after"], limit)))
        following = None
        if len(found) == limit:
            pairs = {"after": str(found[-1].delivery_id), "limit": limit} | ({"state": state} if state else {})
            following = f"/v1/deliveries?{urlencode(pairs)}"
        return rendering.answer(DeliveriesAnswer(deliveries=found, next=following))

    def replay_delivery(self, delivery_id: str) -> Response:
        """Make a delivery due again."""
        known = uuid_in_path(delivery_id, "delivery_id")
        if not self._outbox.replay(known):
            raise ProblemError(P.NOT_FOUND, f"There is no delivery {known}.")
        return rendering.answer(ReplayedDelivery(delivery_id=known), 202)

    def _note_before(self, name: str) -> None:
        note_before(next((_hook(each) for each in self._hooks.list() if each.hook == name), None))

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            _operation("GET", "/v1/hooks", self.list_hooks, "List the hooks", {200: _HOOKS}),
            _operation(
                "PUT", "/v1/hooks/<hook>", self.put_hook, "Keep a hook",
                {200: Answer([HookAnswer], e.HOOK, "It replaces the former"), 201: Answer([HookAnswer], e.HOOK, "New")},
                body=Body(HookBody, e.HOOK_BODY),
            ),
            _operation("DELETE", "/v1/hooks/<hook>", self.delete_hook, "Forget a hook", {200: _HOOKS}, P.NOT_FOUND),
            _operation(
                "GET", "/v1/deliveries", self.list_deliveries, "List deliveries to hooks",
                {200: Answer([DeliveriesAnswer], e.DELIVERIES, "A page of deliveries")}, query=DeliveriesQuery,
            ),
            _operation(
                "POST", "/v1/deliveries/<delivery_id>/replay", self.replay_delivery, "Deliver again",
                {202: Answer([ReplayedDelivery], e.REPLAYED, "It is due")}, P.NOT_FOUND,
            ),
        ]  # fmt: skip


_HOOKS: Final = Answer([HooksAnswer], e.HOOKS, "All hooks")
_ABOUT: Final = (
    "A hook is told over HTTPS, at least once, under an id that stays: `Ledgerboard-Delivery`. `Ledgerboard-Signature` "
    "is `t=<seconds>,v1=<HMAC-SHA256 of seconds, a point and the body>`. What is not answered with 2xx is told again, "
    "twelve times in two days; then the delivery is dead until it is replayed."
)


def _operation(
    method: str, rule: str, view: Any, summary: str, answers: Mapping[int, Answer], *problems: P, **others: Any
) -> Operation:
    return Operation(
        tag="hooks", method=method, rule=rule, view=view, summary=summary, description=_ABOUT, answers=answers,
        problems=[*problems, P.UNAVAILABLE], **others,
    )  # fmt: skip


def _hook(kept: Hook) -> HookAnswer:
    return HookAnswer(hook=kept.hook, url=kept.url, events=kept.events, secret=kept.secret)


def _delivery(found: Delivery) -> DeliveryItem:
    return DeliveryItem(
        delivery_id=found.delivery_id, hook=found.hook, event=found.event, state=found.state, attempts=found.attempts,
        next_try_at=found.next_try_at, outcome=found.outcome, created_at=found.created_at,
    )  # fmt: skip
