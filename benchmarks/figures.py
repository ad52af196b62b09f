"""What a benchmark returns, and how it is printed.

A figure alone says little on a shared machine; the ratio to a floor measured in the same run is what is compared.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value beside its floor, both in ``unit``. ``target`` is the aim of the design, in words."""

    name: str
    value: float
    floor: float
    unit: str
    floor_is: str
    target: str

    @property
    def ratio(self) -> float:
        """Value over floor."""
        return self.value / self.floor if self.floor else float("nan")


def show(figures: list[Figure]) -> None:
    """Print figures as a Markdown table."""
    print("| figure | value | floor | value / floor | the floor is | target |")
    print("| --- | ---: | ---: | ---: | --- | --- |")
    for each in figures:
        print(
            f"| {each.name} | {each.value:,.4g} {each.unit} | {each.floor:,.4g} | {each.ratio:.2f} "
            f"| {each.floor_is} | {each.target} |"
        )


def best_of(rounds: int, floor: Callable[[], float], value: Callable[[], float]) -> tuple[float, float]:
    """The greatest floor and the greatest value of several rounds, each measured in turn.

    Other tenants of the machine can only make a rate smaller, so the greatest is the nearest to the truth.
    """
    pairs = [(floor(), value()) for _ in range(rounds)]
    return max(pair[0] for pair in pairs), max(pair[1] for pair in pairs)


def least_of(rounds: int, floor: Callable[[], float], value: Callable[[], float]) -> tuple[float, float]:
    """As `best_of`, of times, which other tenants can only make longer."""
    least_floor, least_value = best_of(rounds, lambda: -floor(), lambda: -value())
    return -least_floor, -least_value
