"""What a keyed submission sends: stamps of its claim, in envelopes of its own, cut and versioned as its plan says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from ledgerboard_contracts import Submission
from ledgerboard_gateway.idempotency import Claim, Plan
from ledgerboard_gateway.parcels import Outcome, Parcel, keyed_parcel, pack
from ledgerboard_gateway.submit import Ask


class KeyedAsks:
    """The scores of one keyed request. ``numbers`` are their places in its body, which has ``count`` of them."""

    def __init__(self, claim: Claim, numbers: Sequence[int], count: int) -> None:
        self._claim = claim
        self._numbers = numbers
        self._count = count

    def parcels(self, asks: Sequence[Ask], version_of: Callable[[str], int], correlation_id: str) -> list[Parcel]:
        """The parcels of ``asks``, which have the request's numbers: the same ones whoever makes them.

        The first one to come asks for the boards' versions and stores them. Raises what that raises.
        """
        numbered = dict(zip(self._numbers, asks, strict=True))
        plan = self._claim.plan
        if plan is None:
            plan = self._propose(numbered, {ask.board: version_of(ask.board) for ask in asks})
            self._claim.settle(plan)
        stamped = {
            number: self._stamp(number, replace(ask, source=plan.source), plan.versions)
            for number, ask in numbered.items()
        }
        return [
            keyed_parcel(part, self._claim.stamps.envelope_id(position), correlation_id)
            for position, part in enumerate(_parts(stamped, plan.firsts))
            if part
        ]

    def sent(self, parcels: Sequence[Parcel]) -> None:
        """Take note of what became of them: an answer is kept only where the queue has all of it."""
        self._claim.is_doubtful = any(parcel.outcome is not Outcome.ACKNOWLEDGED for parcel in parcels)

    def _propose(self, asks: Mapping[int, Ask], versions: Mapping[str, int]) -> Plan:
        stamped = [self._stamp(number, ask, versions) for number, ask in asks.items()]
        numbers, firsts = list(asks), []
        for parcel in pack(stamped, ""):
            firsts.append(numbers[0])
            del numbers[: len(parcel.submissions)]
        refused = tuple(sorted(set(range(self._count)) - asks.keys()))
        (source,) = {ask.source for ask in asks.values()}  # One caller submits all of them.
        return Plan(versions, refused, tuple(firsts), source)

    def _stamp(self, number: int, ask: Ask, versions: Mapping[str, int]) -> Submission:
        stamps = self._claim.stamps
        return ask.stamped(stamps.event_id(number), versions[ask.board], stamps.moment(number))


def _parts(stamped: Mapping[int, Submission], firsts: Sequence[int]) -> Iterator[tuple[Submission, ...]]:
    """What goes into each envelope: from its first number to before the next envelope's."""
    for first, end in zip(firsts, [*firsts[1:], None], strict=True):
        yield tuple(each for number, each in stamped.items() if first <= number and (end is None or number < end))
