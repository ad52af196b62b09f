"""All kinds of faults by name, what each can be aimed at, and which of them happen by default."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.chaos.boards import BoardPlan
from benchmarks.chaos.faults import cluster, exchange, network, operators, postgres, processes, queues, valkey
from benchmarks.chaos.kinds import Kind
from benchmarks.chaos.world import STORES

ALL: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for subject in (processes, network, valkey, postgres, queues, operators, exchange, cluster)
    for kind in subject.KINDS
}

_BY_NAME: Final = "asked for by name"


class UnknownKindError(ValueError):
    """There is no such kind. The message names it."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a run has that some kinds need."""

    mount: bool = False
    cluster: bool = False

    def lacks(self, kind: Kind, *, is_named: bool) -> bool:
        """Whether the kind cannot happen, or must not unless it is named."""
        has = {
            "": True, "mount": self.mount, "no cluster": not self.cluster, "--cluster": self.cluster,
            _BY_NAME: is_named,
        }  # fmt: skip
        return not has[kind.needs]


def named(names: Iterable[str]) -> Sequence[Kind]:
    """The kinds of these names. Raises `UnknownKindError`."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        raise UnknownKindError(f"no such kind of fault: {', '.join(unknown)}; --kinds help lists them")
    return [ALL[name] for name in names]


def targets_of(
    kinds: Iterable[Kind], services: Sequence[str], boards: Mapping[str, BoardPlan]
) -> Mapping[str, Sequence[str]]:
    """The names at which each kind may strike."""
    plain = [name for name, board in boards.items() if not (board.managed or board.mortal or board.edits)]
    known: Mapping[str, Sequence[str]] = {
        "": ("",),
        "services": services,
        "workers": [name for name in services if "gateway" not in name and "beat" not in name],
        "links": [*(f"{service}/{store}" for service in services for store in STORES), *_of_all()],
        "boards": list(boards),
        "plain boards": [name for name in plain if not boards[name].options.get("seasons")],
        "resettable boards": [name for name, board in boards.items() if board.resettable and not board.mortal],
        "mortal boards": [name for name, board in boards.items() if board.mortal],
        "edited boards": [name for name, board in boards.items() if board.edits],
    }
    return {kind.name: known[kind.targets] for kind in kinds}


def described() -> str:
    """Every kind with its sentence, for a person."""
    lines = [f"  {kind.name:<18} {kind.does}{_needs(kind)}" for kind in ALL.values()]
    return "\n".join(["kinds of faults:", *lines])


def _of_all() -> Sequence[str]:
    """The links of all services to one store, as often as those of a single one together."""
    return [f"*/{store}" for store in STORES] * 2


def _needs(kind: Kind) -> str:
    return f" (needs: {kind.needs})" if kind.needs not in {"", "no cluster"} else ""
