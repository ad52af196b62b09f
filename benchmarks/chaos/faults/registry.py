"""All kinds of faults by name, what each can be aimed at, and which of them happen by default."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from benchmarks.chaos.boards import BoardPlan
from benchmarks.chaos.faults import (
    cluster,
    exchange,
    network,
    operators,
    postgres,
    processes,
    queues,
    sequences,
    valkey,
)
from benchmarks.chaos.kinds import Kind
from benchmarks.chaos.world import STORES

ALL: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for subject in (processes, network, valkey, postgres, queues, operators, exchange, sequences, cluster)
    for kind in subject.KINDS
}

_UNUSED: Final[Mapping[str, Sequence[str]]] = {
    "ingest": ("valkey",), "history": ("valkey",), "rebuilder": ("sqs",),
}  # fmt: skip
_STARS: Final = 4
"""How often the links of all services to a store stand among the targets, where each single one stands once."""

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


def named(words: str) -> Mapping[str, str]:
    """The kinds in words such as ``kill,slow@ranker*/postgres``: the pattern of each one's targets, by its name.

    Raises `UnknownKindError`.
    """
    found = {name: pattern or "*" for name, _, pattern in (word.strip().partition("@") for word in words.split(","))}
    unknown = [name for name in found if name not in ALL]
    if unknown:
        raise UnknownKindError(f"no such kind of fault: {', '.join(unknown)}; --kinds help lists them")
    return found


def aimed(targets: Mapping[str, Sequence[str]], patterns: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    """Those targets of each kind that its pattern matches. Raises `UnknownKindError` where it matches none."""
    found = {
        name: [each for each in names if fnmatchcase(each, patterns.get(name, "*"))] for name, names in targets.items()
    }
    missed = [f"{name}@{patterns[name]}" for name, names in found.items() if not names]
    if missed:
        raise UnknownKindError(f"there is nothing to aim at: {', '.join(missed)}")
    return found


def targets_of(
    kinds: Iterable[Kind], services: Sequence[str], boards: Mapping[str, BoardPlan]
) -> Mapping[str, Sequence[str]]:
    """The names at which each kind may strike."""
    plain = [name for name, board in boards.items() if not (board.managed or board.mortal or board.edits)]
    workers = [name for name in services if "gateway" not in name and "beat" not in name]
    known: Mapping[str, Sequence[str]] = {
        "": ("",),
        "services": services,
        "workers": workers,
        "worker links": list(_links(workers)),
        "links": [*_links(services), *[f"*/{store}" for store in STORES] * _STARS],
        "boards": list(boards),
        "plain boards": [name for name in plain if not boards[name].options.get("seasons")],
        "busy boards": [
            name for name in plain if boards[name].rests is None and not boards[name].options.get("seasons")
        ],
        "resettable boards": [name for name, board in boards.items() if board.resettable and not board.mortal],
        "mortal boards": [name for name, board in boards.items() if board.mortal],
        "edited boards": [name for name, board in boards.items() if board.edits],
    }
    return {kind.name: known[kind.targets] for kind in kinds}


def described() -> str:
    """Every kind with its sentence, for a person."""
    lines = [f"  {kind.name:<18} {kind.does}{_needs(kind)}" for kind in ALL.values()]
    return "\n".join(["kinds of faults:", *lines])


def _links(services: Sequence[str]) -> Iterator[str]:
    """Those between a service and a store that it uses."""
    for service in services:
        unused = [store for part, stores in _UNUSED.items() if part in service for store in stores]
        yield from (f"{service}/{store}" for store in STORES if store not in unused)


def _needs(kind: Kind) -> str:
    return f" (needs: {kind.needs})" if kind.needs not in {"", "no cluster"} else ""
