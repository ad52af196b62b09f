"""The verdict: every 202 stands in the ledger once, nothing else does, and every board equals its ledger."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from benchmarks.chaos.ledger import Ledger, fold
from benchmarks.chaos.record import Record
from benchmarks.chaos.traffic import BOARDS
from ledgerboard_dev.season.api import Api

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is wrong, in words; nothing if the run was exact."""

    faults: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def judge(record: Record, ledger: Ledger, api: Api) -> Verdict:
    """Compare what the players know with the ledger, and the ledger with every board as the API shows it."""
    return Verdict(faults=(*_of_record(record, ledger), *_of_boards(ledger, api)))


def _of_record(record: Record, ledger: Ledger) -> list[str]:
    count = Counter(row.serial for row in ledger.rows)
    events = {row.event_id for row in ledger.rows}
    missing = [each.event_id for each in record.accepted.values() if each.event_id not in events]
    doubled = [serial for serial, times in count.items() if times > 1]
    uninvited = [serial for serial in count if serial not in record.accepted and serial not in record.unanswered]
    lost = [what for found, what in record.corrections.items() if found not in ledger.corrections]
    findings: dict[str, list[Any]] = {
        "accepted scores are not in the ledger": missing,
        "scores are in the ledger more than once": doubled,
        "facts in the ledger were never accepted": uninvited,
        "accepted corrections are not in the ledger": lost,
    }
    return [f"{len(found):,} {what}: {found[:_SHOWN]}" for what, found in findings.items() if found]


def _of_boards(ledger: Ledger, api: Api) -> list[str]:
    faults = []
    for board, options in BOARDS.items():
        expected = fold((row for row in ledger.counting if row.board == board), options)
        shown = [(row["player"], row["score"]) for row in api.standings(board)]
        if shown != expected:
            wrong = sum(pair != other for pair, other in zip(shown, expected, strict=False))
            faults.append(f"{board}: {len(shown):,} places for {len(expected):,}, {wrong:,} of them wrong")
    return faults
