"""The plan of a run: a list of faults, made from a seed before anything happens, to be kept and repeated."""

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.chaos.kinds import Kind

_HOUR_SECONDS: Final = 3_600.0
_MOST_INTENSE: Final = 15.0
"""How much more often than usual a kind happens at most when few were chosen."""

_SWARM: Final = 0.4
"""In how many rounds a kind takes part where all kinds were chosen. What a rebuild or a flush would heal before anybody
compares is seen in the rounds without them (swarm testing: Groce et al., ISSTA 2012)."""

_PAUSE_SECONDS: Final = 1.0
"""Between two faults that exclude one another."""

_LAST_SECONDS: Final = 2.0
"""A round's last faults begin so long before its end."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: ``at`` so many seconds of the run it begins, and it lasts ``seconds``. ``luck`` decides the rest."""

    at: float
    kind: str
    target: str
    seconds: float
    luck: int

    def dice(self) -> random.Random:
        """Chances that are the same whenever this fault happens."""
        return random.Random(self.luck)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that a run is made of. It lasts ``seconds``; after every ``round_seconds`` the boards are compared."""

    seed: int
    seconds: float
    round_seconds: float
    rate: float
    replicas: int
    faults: Sequence[Fault] = field(default_factory=tuple)

    @property
    def rounds(self) -> Iterator[tuple[float, float]]:
        """When each round begins and ends."""
        begins = 0.0
        while begins < self.seconds:
            ends = min(begins + self.round_seconds, self.seconds)
            yield begins, ends
            begins = ends

    def within(self, begins: float, ends: float) -> Sequence[Fault]:
        """The faults of a round, in their order."""
        return [fault for fault in self.faults if begins <= fault.at < ends]

    def write(self, path: Path) -> None:
        """Keep it."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")


def read_plan(path: Path) -> Plan:
    """A plan that was kept."""
    kept = json.loads(path.read_text())
    return Plan(**{**kept, "faults": tuple(Fault(**fault) for fault in kept["faults"])})


def make_faults(plan: Plan, kinds: Sequence[Kind], usual: Sequence[Kind], targets: Mapping[str, Sequence[str]]) -> Plan:
    """``plan`` with faults of ``kinds``, each as often as its rate says.

    Where fewer than the ``usual`` kinds were chosen, each happens more often, so that the run is as busy. Where all
    were, each takes part in some rounds and happens the more often there. ``targets`` are the names that a kind may
    strike at. Faults that exclude one another never overlap, and none outlasts its round.
    """
    intensity = max(1.0, min(_MOST_INTENSE, _rate_of(usual) / max(_rate_of(kinds), 1.0)))
    share = _SWARM if len(kinds) >= len(usual) and len(list(plan.rounds)) > 1 else 1.0
    drawn = [
        fault
        for kind in kinds
        for fault in _of_kind(plan, kind, targets.get(kind.name, ("",)), intensity=intensity, share=share)
    ]
    exclusive = {kind.name: kind.excludes for kind in kinds}
    return Plan(
        seed=plan.seed,
        seconds=plan.seconds,
        round_seconds=plan.round_seconds,
        rate=plan.rate,
        replicas=plan.replicas,
        faults=tuple(_apart(sorted(drawn, key=lambda fault: fault.at), exclusive)),
    )


def _rate_of(kinds: Iterable[Kind]) -> float:
    return sum(kind.per_hour for kind in kinds)


def _of_kind(plan: Plan, kind: Kind, names: Sequence[str], *, intensity: float, share: float) -> Iterator[Fault]:
    """The kind's faults in a share of the rounds, evenly often, at moments that nothing foretells (a Poisson process).

    All in all they are as many whatever the share.
    """
    dice = random.Random(f"{plan.seed}-{kind.name}")
    for begins, ends in plan.rounds:
        at = begins
        takes_part = dice.random() < share
        while names and takes_part:
            at += dice.expovariate(kind.per_hour * intensity / share / _HOUR_SECONDS)
            if at > ends - _LAST_SECONDS:
                break
            seconds = min(dice.uniform(*kind.seconds), ends - at)
            yield Fault(round(at, 2), kind.name, dice.choice(names), round(seconds, 2), dice.getrandbits(32))


def _apart(faults: Iterable[Fault], exclusive: Mapping[str, str]) -> Iterator[Fault]:
    """Without those that begin while another one of the same exclusion, or at the same target, goes on."""
    free_at: dict[tuple[str, str], float] = {}
    for fault in faults:
        keys = [("group", group) for group in exclusive[fault.kind].split()]
        keys += [(fault.kind, fault.target)] if fault.seconds else []
        if all(free_at.get(key, 0.0) <= fault.at for key in keys):
            yield fault
            free_at.update(dict.fromkeys(keys, fault.at + fault.seconds + _PAUSE_SECONDS))
