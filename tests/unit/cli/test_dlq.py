"""Dead letters on the command line."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledgerboard_cli.dead_letters import DeadLetters
from ledgerboard_cli.operations import Handled, Letter, Letters, Refused, WholeLetter


def letter(message_id: str, queue: str = "rank", replay: str = "as-is") -> Letter:
    return Letter(message_id=message_id, queue=queue, reason="r", age_seconds=60, size_bytes=9, replay=replay)


@dataclass
class MemoryDlq:
    """Dead letters, and how many each request named."""

    known: list[Letter]
    comes_back: bool = False
    sizes: list[int] = field(default_factory=list)

    def letters(self, queue: str | None, limit: int) -> Letters:
        found = tuple(each for each in self.known if queue in {None, each.queue})
        return Letters(letters=found[:limit], depths={"rank": len(found)})

    def letter(self, queue: str, message_id: str) -> WholeLetter:
        assert queue
        return WholeLetter(letter=next(each for each in self.known if each.message_id == message_id), body="{}")

    def handle(self, verb: str, queue: str, message_ids: Sequence[str]) -> Handled:
        assert verb in {"replay", "discard"}
        self.sizes.append(len(message_ids))
        found = [each for each in self.known if each.message_id in message_ids and each.queue == queue]
        done = [each for each in found if each.replay != "never" or verb == "discard"]
        self.known = [each for each in self.known if each not in done]
        if self.comes_back:
            self.known += [letter(f"{each.message_id}'") for each in done]
        refused = tuple(Refused(each.message_id, "unreadable") for each in found if each not in done)
        missing = tuple(each for each in message_ids if each not in {letter.message_id for letter in found})
        return Handled(done=tuple(each.message_id for each in done), refused=refused, missing=missing)


def dlq(known: MemoryDlq, said: list[str], *, agrees: bool = False) -> DeadLetters:
    return DeadLetters(known, said.append, lambda: agrees)


def test_the_list_tells_reason_age_and_whether_it_can_go_again() -> None:
    said: list[str] = []
    assert dlq(MemoryDlq([letter("a"), letter("b", replay="never")]), said).list(None) == 0
    assert said == ["rank a 60s 9B as-is: r", "rank b 60s 9B never: r", "rank: 2"]


def test_one_is_shown_whole() -> None:
    said: list[str] = []
    assert dlq(MemoryDlq([letter("a")]), said).show("rank", "a") == 0
    assert said[-1] == "{}"


def test_all_that_can_be_read_is_replayed_in_requests_that_are_not_too_long() -> None:
    known = MemoryDlq(
        [letter(str(number)) for number in range(150)] + [letter("h", "history"), letter("x", replay="never")]
    )
    said: list[str] = []
    assert dlq(known, said).replay(None, []) == 0
    assert [each.message_id for each in known.known] == ["x"]
    assert (sorted(known.sizes), said) == ([1, 50, 100], ["151 replayed, 0 not"])


def test_what_stays_behind_is_named_and_is_a_failure() -> None:
    said: list[str] = []
    assert dlq(MemoryDlq([letter("x", replay="never")]), said).replay("rank", ["x", "y"]) == 1
    assert said == ["x stays: unreadable", "y was not found", "0 replayed, 2 not"]


def test_nothing_is_discarded_without_consent() -> None:
    known, said = MemoryDlq([letter("a"), letter("b")]), list[str]()
    assert dlq(known, said).discard("rank", ["a"]) == 4
    assert (len(known.known), said[-1]) == (2, "nothing discarded")
    assert dlq(known, said, agrees=True).discard("rank", ["a"]) == 0
    assert [each.message_id for each in known.known] == ["b"]


def test_what_is_dead_again_at_once_is_not_sent_round_and_round() -> None:
    said: list[str] = []
    assert dlq(MemoryDlq([letter("a"), letter("b")], comes_back=True), said).replay("rank", []) == 0
    assert said == ["2 replayed, 0 not"]
