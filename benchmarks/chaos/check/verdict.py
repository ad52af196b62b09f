"""The verdict on a run: what differs between what was asked, what the ledger holds, and what the boards show."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from benchmarks.chaos.check.counting import Counting
from benchmarks.chaos.check.folding import Place, ViewName, fold, is_kept, is_tie, views
from benchmarks.chaos.check.records import Closing, Definition, Fact, Rejection, Run, Standings, Submission

_SHOWN: Final = 5
_SERIAL: Final = "serial"


def faults(run: Run) -> Sequence[str]:
    """What is wrong, in words. Nothing if the run was exact."""
    return [*_of_record(run), *_of_judging(run), *_of_boards(run), *_of_closings(run)]


def _of_record(run: Run) -> Iterator[str]:
    """Everything that was acknowledged is in the ledger once, and nothing else is."""
    known = {fact.event_id: fact for fact in run.facts}
    refused = {each.event_id for each in run.rejections}
    corrections = {each.correction_id for each in run.corrections}
    elsewhere = refused | run.archived
    accepted = [each for each in run.submissions if each.event_id is not None]
    names = Counting(run.corrections).names_of_erased()
    found: Mapping[str, Iterable[Any]] = {
        "accepted scores are not in the ledger": [
            each.event_id for each in accepted if each.event_id not in known and each.event_id not in elsewhere
        ],
        "facts are not what was submitted": [
            fact.event_id
            for each in accepted
            if (fact := known.get(each.event_id or "")) is not None and not _is_of(fact, each, names)
        ],
        "scores are in the ledger more than once": _repeated(run.facts),
        "facts in the ledger were never asked for": _uninvited(run, names),
        "facts are refused too": known.keys() & refused,
        "accepted corrections are not in the ledger": [
            f"{words} {each}" for each, words in run.asked.items() if each not in corrections
        ],
        "imported facts are not in the ledger": [
            each for each, done in run.imports.items() if done and each not in known and each not in run.archived
        ],
    }
    for what, those in found.items():
        yield from _told(what, those)


def _of_judging(run: Run) -> Iterator[str]:
    """What was accepted kept the rules of the version that judged it, and what was refused broke one."""
    options = {(each.board, each.version): each.options for each in run.definitions}
    imported = run.imports.keys()
    wrong = [
        fact.event_id
        for fact in run.facts
        if fact.event_id not in imported and not _is_admissible(fact, options.get((fact.board, fact.version)), run)
    ]
    unjust = [
        f"{each.event_id} ({each.reason})"
        for each in run.rejections
        if not _is_just(each, options.get((each.board, each.version)), run)
    ]
    yield from _told("facts break the rules of their board", wrong)
    yield from _told("scores were refused without a reason", unjust)


def _of_boards(run: Run) -> Iterator[str]:
    counting = Counting(run.corrections)
    facts: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in run.facts:
        if counting.counts(fact):
            facts[fact.board].append(fact)
    shown: defaultdict[str, dict[ViewName, Standings]] = defaultdict(dict)
    for each in run.standings:
        shown[each.board][each.period, each.key, each.scope] = each
    for definition in run.definitions:
        if definition.current:
            yield from _of_board(definition, facts[definition.board], shown[definition.board], run.read_at)


def _of_board(
    definition: Definition, facts: Sequence[Fact], shown: Mapping[ViewName, Standings], read_at: int
) -> Iterator[str]:
    board, options = definition.board, definition.options
    expected = views(facts, options)
    for name in sorted(expected.keys() | shown.keys()):
        if not is_kept(name[0], name[1], options["time_zone"], read_at):
            continue
        where = f"{board} {' '.join(name)}"
        view = shown.get(name)
        if view is None:
            yield f"{where}: nobody read it, and {len(expected[name]):,} places are expected"
        elif view.problem:
            yield f"{where}: {view.problem}"
        elif view.source != "boards":
            yield f"{where}: the boards do not show it; the {view.source} answered"
        else:
            yield from _of_view(where, expected.get(name, ()), view.rows)


def _of_view(where: str, expected: Sequence[Place], rows: Sequence[tuple[int, str, int, int]]) -> Iterator[str]:
    shown = [(player, score, at) for _, player, score, at in rows]
    if [rank for rank, *_ in rows] != list(range(len(rows))):
        yield f"{where}: its ranks are not 0, 1, 2 and so on"
    if shown == list(expected):
        return
    missing, added = Counter(expected), Counter(shown)
    missing.subtract(shown)
    added.subtract(expected)
    lacks, extra = list((+missing).elements()), list((+added).elements())
    if not lacks and not extra:
        yield f"{where}: the {len(shown):,} places are right and stand in a wrong order"
    else:
        yield (
            f"{where}: {len(shown):,} places for {len(expected):,}; expected and not shown {len(lacks):,}:"
            f" {lacks[:_SHOWN]}, shown and not expected {len(extra):,}: {extra[:_SHOWN]}"
        )


def _of_closings(run: Run) -> Iterator[str]:
    """Final places are the fold of the snapshot that the closing took."""
    options = {(each.board, each.version): each.options for each in run.definitions}
    names = Counting(run.corrections).names_of_erased()
    for closing in run.closings:
        judged_by = options.get((closing.board, closing.version))
        if closing.period == "season" and judged_by is not None:
            expected = _final_places(run, closing, judged_by)
            places = [(player, score, at) for _, player, score, at in sorted(run.finals.get(closing.number, ()))]
            if not _are_alike(places, expected, names):
                yield (
                    f"{closing.board} season {closing.key}, closed as {closing.number}: {len(places):,} final places"
                    f" are not the {len(expected):,} of its snapshot"
                )


def _final_places(run: Run, closing: Closing, options: Mapping[str, Any]) -> Sequence[Place]:
    sees = _visibility(closing.snapshot)
    counting = Counting(each for each in run.corrections if sees(each.xid))
    plays = [
        fact
        for fact in run.facts
        if fact.board == closing.board
        and closing.starts_at <= fact.at < closing.ends_at
        and sees(fact.xid)
        and counting.counts(fact)
    ]
    return fold(plays, options, "board")


def _visibility(snapshot: str) -> Callable[[int], bool]:
    """Which transactions a snapshot sees (PostgreSQL's ``pg_snapshot``: xmin, xmax and those between that ran)."""
    least, most, running = snapshot.split(":")
    xmin, xmax = int(least), int(most)
    open_ones = frozenset(int(each) for each in running.split(",") if each)
    return lambda xid: xid < xmin or (xid < xmax and xid not in open_ones)


def _are_alike(places: Sequence[Place], expected: Sequence[Place], names: frozenset[str | None]) -> bool:
    """An erasure afterwards takes a name and leaves the place."""
    return len(places) == len(expected) and all(
        shown == wanted or (shown[0] in names and shown[1:] == wanted[1:])
        for shown, wanted in zip(places, expected, strict=True)
    )


def _is_of(fact: Fact, asked: Submission, names: frozenset[str | None]) -> bool:
    """Whether a fact is what was submitted. One of an erased player keeps neither name nor session."""
    same = (fact.board, fact.score, fact.level) == (asked.board, asked.score, asked.level)
    if fact.player in names:
        return same
    return same and (fact.player, fact.session) == (asked.player, asked.session)


def _repeated(facts: Sequence[Fact]) -> Sequence[int]:
    serials = Counter(fact.attributes[_SERIAL] for fact in facts if _SERIAL in fact.attributes)
    return [serial for serial, times in serials.items() if times > 1]


def _uninvited(run: Run, names: frozenset[str | None]) -> Iterator[str]:
    serials = {each.serial for each in run.submissions if each.answer != "refused"}
    for fact in run.facts:
        is_known = fact.attributes.get(_SERIAL) in serials or fact.event_id in run.imports
        if not is_known and fact.player not in names:
            yield fact.event_id


def _is_admissible(fact: Fact, options: Mapping[str, Any] | None, run: Run) -> bool:
    if options is None or not options["min_score"] <= fact.score <= options["max_score"]:
        return False
    if fact.attributes and not all(is_tie(fact.attributes.get(tie["attribute"])) for tie in options["ties"]):
        return False
    if not options["managed_sessions"] or fact.session is None:
        return True  # What an erasure left of a play names no session any more.
    closed_at = run.sessions.get((fact.board, fact.session), -1)
    return closed_at is None or fact.at <= closed_at


def _is_just(rejection: Rejection, options: Mapping[str, Any] | None, run: Run) -> bool:
    """Whether the reason holds, as far as the rejection still tells: it keeps neither attributes nor session."""
    if options is None:
        return False
    match rejection.reason:
        case "score_below_minimum":
            return rejection.score < int(options["min_score"])
        case "score_above_maximum":
            return rejection.score > int(options["max_score"])
        case "tie_break_missing" | "tie_break_invalid":
            return bool(options["ties"])
        case "session_missing" | "session_closed":
            return bool(options["managed_sessions"]) and _was_closed(rejection, run)
        case _:
            return False


def _was_closed(rejection: Rejection, run: Run) -> bool:
    """Whether any session of the board had closed when the score was accepted."""
    return rejection.reason == "session_missing" or any(
        board == rejection.board and closed_at is not None and closed_at < rejection.at
        for (board, _), closed_at in run.sessions.items()
    )


def _told(what: str, those: Iterable[Any]) -> Iterator[str]:
    found = list(those)
    if found:
        yield f"{len(found):,} {what}: {found[:_SHOWN]}"
