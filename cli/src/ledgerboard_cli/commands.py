"""What each command does: takes what was said, and asks the gateway."""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from ledgerboard_cli.audit import Audit, AuditOverHttp
from ledgerboard_cli.board_changes import BoardChanges
from ledgerboard_cli.board_files import read_boards
from ledgerboard_cli.dead_letters import DeadLetters
from ledgerboard_cli.gateway import HttpGateway
from ledgerboard_cli.operations import Correction, Operations, Why
from ledgerboard_cli.rebuilding import Rebuilding
from ledgerboard_cli.reconciling import Reconciling
from ledgerboard_cli.reviews import Reviewing, ReviewsOverHttp
from ledgerboard_cli.server_keys import KeysOverHttp, ServerKeys

LOOK_SECONDS: Final = 1.0
PENDING: Final = 4
"""The exit code where nobody agreed."""

Options = argparse.Namespace


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gateway, as those see it who define boards, operate, review, give out keys or look who changed what."""

    boards: HttpGateway
    operations: Operations
    keys: KeysOverHttp
    reviews: ReviewsOverHttp
    audit: AuditOverHttp


Command = Callable[[Options, Gateway], int]


def run(options: Options, gateway: Gateway) -> int:
    """Run the command that was said and return the exit code. Raises what the gateway's client raises."""
    return _COMMANDS[options.command](options, gateway)


def _apply(options: Options, gateway: Gateway) -> int:
    changes = BoardChanges(gateway.boards, _say, partial(_agree, "apply?", yes=options.yes))
    return changes.apply(read_boards(options.file))


def _rebuild(options: Options, gateway: Gateway) -> int:
    rebuilding = Rebuilding(gateway.operations, _say, _draw, partial(time.sleep, LOOK_SECONDS))
    return rebuilding.run(options.board, _why(options), wait=not options.no_wait)


def _reconcile(options: Options, gateway: Gateway) -> int:
    reconciling = Reconciling(gateway.operations, _say, _draw, partial(time.sleep, LOOK_SECONDS))
    if options.id is not None:
        return reconciling.follow(options.id)
    return reconciling.run(options.board, wait=options.wait)


def _list_corrections(options: Options, gateway: Gateway) -> int:
    for each in gateway.operations.corrections(options.board, options.player, options.limit):
        _say(_line(each))
    return 0


def _void(options: Options, gateway: Gateway) -> int:
    return _accepted(gateway.operations.void(options.event_id, _why(options)))


def _ban(options: Options, gateway: Gateway) -> int:
    verb = options.command.split()[-1]
    return _accepted(gateway.operations.of_player(verb, options.player, options.board, _why(options)))


def _erase(options: Options, gateway: Gateway) -> int:
    asked = partial(Operations.of_player, gateway.operations, "erase", options.player, None, _why(options))
    return _if_agreed(f"erase {options.player} for good?", options, asked)


def _reset(options: Options, gateway: Gateway) -> int:
    asked = partial(gateway.operations.reset, options.board, _why(options))
    return _if_agreed(f"reset {options.board}?", options, asked)


def _delete(options: Options, gateway: Gateway) -> int:
    asked = partial(gateway.operations.delete, options.board, _why(options))
    return _if_agreed(f"delete {options.board}?", options, asked)


def _dlq(options: Options, gateway: Gateway) -> int:
    agree = partial(_agree, "discard?", yes=getattr(options, "yes", False))
    letters = DeadLetters(gateway.operations, _say, agree)
    match options.command.split()[-1]:
        case "list":
            return letters.list(options.queue)
        case "show":
            return letters.show(options.queue, options.message_id)
        case "replay":
            return letters.replay(options.queue, options.message_ids)
        case _:
            return letters.discard(options.queue, options.message_ids)


def _keys(options: Options, gateway: Gateway) -> int:
    keys = ServerKeys(gateway.keys, _say)
    match options.command.split()[-1]:
        case "create":
            wanted = {
                "name": options.name,
                "scopes": options.scope,
                "boards": options.board,
                "rate": options.rate,
                "expires_at": options.expires_at,
            }
            return keys.create({name: value for name, value in wanted.items() if value is not None})
        case "list":
            return keys.list()
        case "rotate":
            return keys.rotate(options.key_id, options.overlap_seconds)
        case _:
            return keys.revoke(options.key_id)


def _reviews(options: Options, gateway: Gateway) -> int:
    reviewing, verb = Reviewing(gateway.reviews, _say), options.command.split()[-1]
    if verb == "list":
        return reviewing.list(options.board, options.state, options.limit)
    return reviewing.decide(verb, options.event_id, _why(options))


def _audit(options: Options, gateway: Gateway) -> int:
    return Audit(gateway.audit, _say).list(options.by, options.operation, options.limit, as_json=options.json)


_COMMANDS: Final[Mapping[str, Command]] = {
    "boards apply": _apply,
    "rebuild": _rebuild,
    "reconcile": _reconcile,
    "corrections list": _list_corrections,
    "corrections void": _void,
    "corrections ban": _ban,
    "corrections unban": _ban,
    "corrections erase": _erase,
    "corrections reset": _reset,
    "corrections delete": _delete,
    "dlq list": _dlq,
    "dlq show": _dlq,
    "dlq replay": _dlq,
    "dlq discard": _dlq,
    "reviews list": _reviews,
    "reviews approve": _reviews,
    "reviews refuse": _reviews,
    "keys create": _keys,
    "keys list": _keys,
    "keys rotate": _keys,
    "keys revoke": _keys,
    "audit": _audit,
}


def _if_agreed(question: str, options: Options, ask: Callable[[], str]) -> int:
    if not _agree(question, yes=options.yes):
        _say("nothing done")
        return PENDING
    return _accepted(ask())


def _accepted(correction_id: str) -> int:
    _say(f"accepted as {correction_id}; in force once `ledgerboard corrections list` shows it")
    return 0


def _agree(question: str, *, yes: bool) -> bool:
    """Whether the operator wants it. Where no person can answer, silence is no consent."""
    if yes or not sys.stdin.isatty():
        return yes
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def _why(options: Options) -> Why:
    return Why(options.reason, options.author)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _draw(line: str) -> None:
    """On a terminal each line replaces the one before; elsewhere each is one of a log."""
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\033[K{line}")
        sys.stdout.flush()
    else:
        _say(line)


def _line(each: Correction) -> str:
    named = " ".join(part for part in (each.board, each.player, each.event_id) if part)
    return f"{each.occurred_at} {each.correction_id} {each.kind} {named} by {each.author}: {each.reason}"
