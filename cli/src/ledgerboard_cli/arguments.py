"""What can be said on the command line."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledgerboard_cli.settings import Settings
from ledgerboard_contracts.queues import ALL_QUEUES
from ledgerboard_infra.settings import describe

if TYPE_CHECKING:
    Subcommands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 -- argparse gives it no other name.

EXIT_CODES: Final = """\
Exit code:
  0  done
  1  the gateway failed or refused, or not all was done; what was done stays, and the same command does the rest
  2  wrongly called, wrongly set, or a file is wrong
  4  nothing was done, because nobody agreed to it
"""
_QUEUES: Final = [queue.name for queue in ALL_QUEUES]
_SCOPES: Final = ["submit", "boards", "players", "read", "admin"]


def parser() -> argparse.ArgumentParser:
    """The whole grammar; ``command`` is what `ledgerboard_cli.commands` looks up."""
    root = argparse.ArgumentParser(prog="ledgerboard", description="Operate Ledgerboard.")
    subjects = root.add_subparsers(dest="subject", required=True)
    _boards(subjects)
    _rebuild(subjects)
    _reconcile(subjects)
    _corrections(subjects)
    _dlq(subjects)
    _reviews(subjects)
    _keys(subjects)
    _audit(subjects)
    return root


def _boards(subjects: "Subcommands") -> None:
    boards = subjects.add_parser("boards", help="definitions of boards")
    apply = _command(
        boards.add_subparsers(required=True),
        "boards apply",
        "make boards as a file defines them",
        "Show what differs between the file and the gateway's boards, then make the boards as the file says. A board "
        "that is to rank otherwise is rebuilt from the ledger. Boards that the file does not name are left alone.",
    )
    apply.add_argument("file", type=Path, metavar="FILE", help="TOML, or JSON if it is called *.json")
    _agreeable(apply)


def _rebuild(subjects: "Subcommands") -> None:
    rebuild = _command(
        subjects,
        "rebuild",
        "project boards anew from the ledger",
        "Ask for a new generation and show how far it is until it is live. Readers see no gap. Stopping this command "
        "stops no rebuild, and repeating it shows the one that is pending.",
    )
    which = rebuild.add_mutually_exclusive_group(required=True)
    which.add_argument("board", nargs="?", metavar="BOARD")
    which.add_argument("--all", action="store_true", help="every board")
    rebuild.add_argument("--no-wait", action="store_true", help="ask, and do not look how far it is")
    rebuild.add_argument("--reason", default="rebuilt by hand", help="why it is done; kept in the ledger")
    _author(rebuild)


def _reconcile(subjects: "Subcommands") -> None:
    reconcile = _command(
        subjects,
        "reconcile",
        "compare boards with the ledger",
        "Compare every entry of a board, or of all boards, with the ledger, and print the first differences. The exit "
        "code is 0 only if every entry was judged and right, and 1 otherwise. Changes nothing, and can be used while "
        "scores come in. Stopping this command stops no comparison; its id shows it again.",
    )
    which = reconcile.add_mutually_exclusive_group()
    which.add_argument("board", nargs="?", metavar="BOARD", help="without it, all boards")
    which.add_argument("--id", metavar="ID", help="ask for none, but show this one")
    reconcile.add_argument(
        "--wait", action=argparse.BooleanOptionalAction, default=True, help="look how far it is until it is over"
    )


def _corrections(subjects: "Subcommands") -> None:
    commands = subjects.add_parser("corrections", help="void, ban, erase, reset, delete").add_subparsers(required=True)
    told = _command(commands, "corrections list", "the newest corrections", "Corrections, newest first.")
    told.add_argument("--board", metavar="BOARD")
    told.add_argument("--player", metavar="PLAYER")
    told.add_argument("--limit", type=int, default=20)
    void = _correction(commands, "void", "let an event no longer count")
    void.add_argument("event_id", metavar="EVENT_ID")
    for verb, words in (("ban", "hide a player's plays and refuse new ones"), ("unban", "end bans of a player")):
        ban = _correction(commands, verb, words)
        ban.add_argument("player", metavar="PLAYER")
        ban.add_argument("--board", metavar="BOARD", help="on this board alone")
    erase = _correction(commands, "erase", "make a player's past anonymous; cannot be undone")
    erase.add_argument("player", metavar="PLAYER")
    _agreeable(erase)
    for verb, words in (("reset", "let a board begin anew"), ("delete", "let a board be no more")):
        of_board = _correction(commands, verb, words)
        of_board.add_argument("board", metavar="BOARD")
        _agreeable(of_board)


def _dlq(subjects: "Subcommands") -> None:
    commands = subjects.add_parser("dlq", help="dead letters").add_subparsers(required=True)
    told = _command(commands, "dlq list", "reason and age of dead letters", "Dead letters, oldest first.")
    told.add_argument("--queue", choices=_QUEUES)
    show = _command(commands, "dlq show", "the whole of a dead letter", "One dead letter with its body.")
    show.add_argument("queue", choices=_QUEUES)
    show.add_argument("message_id", metavar="ID")
    replay = _command(
        commands,
        "dlq replay",
        "send dead letters to their queue again",
        "Those that are named, or else all that can be read. Safe to repeat.",
    )
    replay.add_argument("queue", choices=_QUEUES, nargs="?")
    replay.add_argument("message_ids", metavar="ID", nargs="*")
    discard = _command(commands, "dlq discard", "delete dead letters", "What is in them is gone for good.")
    discard.add_argument("queue", choices=_QUEUES)
    discard.add_argument("message_ids", metavar="ID", nargs="+")
    _agreeable(discard)


def _reviews(subjects: "Subcommands") -> None:
    commands = subjects.add_parser("reviews", help="suspect plays").add_subparsers(required=True)
    told = _command(commands, "reviews list", "plays that rules suspect", "Suspect plays, oldest first.")
    told.add_argument("--board", metavar="BOARD")
    told.add_argument("--state", choices=["open", "approved", "refused"], default="open")
    told.add_argument("--limit", type=int, default=20)
    for verb, words in (("approve", "let a suspect play count"), ("refuse", "void a suspect play")):
        verdict = _command(commands, f"reviews {verb}", words, "A verdict is given once; to repeat it does no harm.")
        verdict.add_argument("event_id", metavar="EVENT_ID")
        verdict.add_argument("--reason", required=True, help="why; kept in the ledger")
        _author(verdict)


def _keys(subjects: "Subcommands") -> None:
    commands = subjects.add_parser("keys", help="keys of game servers").add_subparsers(required=True)
    create = _command(
        commands, "keys create", "make a key", "Make a key and show it in the last line. It is never shown again."
    )
    create.add_argument("name", metavar="NAME", help="what the key is for")
    create.add_argument("--scope", action="append", choices=_SCOPES, required=True, help="may be given repeatedly")
    create.add_argument(
        "--board", action="append", metavar="PATTERN", help="a board, or `prefix*`; without: every board"
    )
    create.add_argument("--rate", type=float, help="scores a second; 0: any number; without: as the gateway is set")
    create.add_argument("--expires-at", metavar="TIME", help="such as 2027-01-01T00:00:00Z; without: never")
    _command(commands, "keys list", "every key and what it opens", "Keys, newest first, also revoked ones.")
    rotate = _command(
        commands,
        "keys rotate",
        "give a key another secret",
        "Show the new key in the last line. The one before it stays good for the overlap.",
    )
    rotate.add_argument("key_id", metavar="KEY_ID")
    rotate.add_argument("--overlap-seconds", type=int, metavar="N", help="0: it ends at once; without: as is set")
    revoke = _command(commands, "keys revoke", "end a key", "Everywhere within ten seconds, and for ever.")
    revoke.add_argument("key_id", metavar="KEY_ID")


def _audit(subjects: "Subcommands") -> None:
    audit = _command(
        subjects,
        "audit",
        "who changed what, when and from where",
        "Writes, newest first, a line each: when, by whom, from which address, the status, what was asked for and of "
        "what. With --json the whole of each, also how the thing was before and after.",
    )
    audit.add_argument("--by", metavar="PRINCIPAL", help="`root`, `key:ID`, `player:NAME` or `anonymous`")
    audit.add_argument("--operation", metavar="OPERATION", help="such as 'PUT /v1/hooks/<hook>'")
    audit.add_argument("--limit", type=int, default=20)
    audit.add_argument("--json", action="store_true", help="a JSON object on each line")


def _correction(commands: "Subcommands", verb: str, words: str) -> argparse.ArgumentParser:
    made = _command(commands, f"corrections {verb}", words, f"Ask to {words}. It is in force once it is listed.")
    made.add_argument("--reason", required=True, help="why it is done; kept in the ledger")
    _author(made)
    return made


def _author(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--author", help="who you are, with the root key; any other credential says it itself. Kept in the ledger"
    )


def _command(commands: "Subcommands", command: str, words: str, description: str) -> argparse.ArgumentParser:
    made = commands.add_parser(
        command.rsplit(maxsplit=1)[-1],
        help=words,
        description=description,
        epilog=f"{EXIT_CODES}\nEnvironment:\n{describe(Settings)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(command=command)
    return made


def _agreeable(command: argparse.ArgumentParser) -> None:
    command.add_argument("--yes", action="store_true", help="do not ask; without it and without a terminal: do nothing")
