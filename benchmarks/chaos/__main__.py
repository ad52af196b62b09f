"""``./run chaos``: a season of at least 1,000 scores a second while everything breaks, and then the proof.

Every kind of process is killed, PostgreSQL and Valkey are restarted and killed, Valkey is emptied, the queue server is
stalled and cut off, messages are doubled and reordered, scores are voided and players banned. Exit code 0 if and only
if the run was exact.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

from benchmarks.chaos.correcting import Referee
from benchmarks.chaos.ledger import read_ledger
from benchmarks.chaos.meddling import Meddler
from benchmarks.chaos.proxy import Relay
from benchmarks.chaos.quiet import settle
from benchmarks.chaos.record import Record
from benchmarks.chaos.traffic import BOARDS, Season
from benchmarks.chaos.troubles import Troubles
from benchmarks.chaos.verdict import Verdict, judge
from benchmarks.waiting import wait_until
from ledgerboard_dev.embedded import EmbeddedSqs
from ledgerboard_dev.season.api import Api
from ledgerboard_dev.signals import StopRequestedError, stop_on_signals
from ledgerboard_dev.stack import Stack, StackOptions

_SETTLE_SECONDS: Final = 600.0
_READY_SECONDS: Final = 90.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it. Returns 0 if it was exact, 1 if not, 130 if it was stopped."""
    parser = argparse.ArgumentParser(prog="./run chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="how long everything breaks (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="what breaks when, and who plays what (%(default)s)")
    parser.add_argument("--rate", type=float, default=1_500.0, help="scores a second (%(default)s)")
    parser.add_argument("--keep", type=Path, help="a folder to keep data and logs in")
    chosen = parser.parse_args(arguments)
    stop_on_signals()
    os.environ.update(EmbeddedSqs.environment)  # boto3 reads its credentials from here.
    try:
        with ExitStack() as owned:
            home = chosen.keep or Path(owned.enter_context(tempfile.TemporaryDirectory(prefix="ledgerboard-chaos-")))
            return 0 if _run(home, chosen).exact else 1
    except StopRequestedError:
        return 130


def _run(home: Path, chosen: argparse.Namespace) -> Verdict:
    stacks: list[Stack] = []
    with Relay(lambda: stacks[0].sqs.port) as relay:
        options = StackOptions(environment={"LEDGERBOARD_SQS_ENDPOINT_URL": relay.url, "LEDGERBOARD_READ_RATE": "0"})
        stacks.append(Stack(home, options))
        with stacks[0] as stack, closing(Api(stack.gateway_url, stack.admin_key)) as api:
            record = Record()
            for board, board_options in BOARDS.items():
                api.put_board(board, board_options)
            _break(stack, relay, api, record, chosen)
            return _prove(stack, api, record)


def _break(stack: Stack, relay: Relay, api: Api, record: Record, chosen: argparse.Namespace) -> None:
    started, seconds = time.monotonic(), chosen.minutes * 60

    def tell(what: str) -> None:
        print(f"  {time.monotonic() - started:6.1f} s  {len(record.accepted):>8,} accepted  {what}", flush=True)

    with (
        Season(api, record, chosen.rate, chosen.seed),
        Referee(api, record, chosen.seed),
        Meddler(stack.sqs.url, stack.stage, chosen.seed) as meddler,
    ):
        troubles = Troubles(stack, relay, chosen.seed, tell)
        troubles.last(seconds)
    print(
        f"{len(record.accepted):,} accepted in {seconds:.0f} s ({len(record.accepted) / seconds:,.0f}/s),"
        f" {len(record.unanswered):,} unanswered, {len(record.corrections):,} corrections,"
        f" {meddler.copies:,} messages doubled, troubles: {dict(sorted(troubles.happened.items()))}",
        flush=True,
    )


def _await_services(stack: Stack) -> None:
    """Those that gave up in the last trouble are being started again, as any platform would start them."""
    services = stack.services.values()
    wait_until(lambda: all(service.ready for service in services), _READY_SECONDS, "a ready stack")
    crashes = {service.name: service.restarts for service in services if service.restarts}
    print(f"services that ended by themselves, how often: {crashes}", flush=True)


def _prove(stack: Stack, api: Api, record: Record) -> Verdict:
    _await_services(stack)
    seconds, replayed = settle(stack, _SETTLE_SECONDS)
    print(f"quiet after {seconds:.1f} s, {replayed:,} dead letters sent again", flush=True)
    api.close()  # Its connection is to a gateway that may have been killed since.
    ledger = read_ledger(stack.database_url)
    verdict = judge(record, ledger, api)
    reconciled = stack.command("ledgerboard_history", "reconcile")
    print(reconciled.stdout.rstrip(), flush=True)
    if reconciled.returncode:
        verdict = Verdict(faults=(*verdict.faults, f"reconcile ended with {reconciled.returncode}"))
    for fault in verdict.faults:
        print(f"  {fault}", flush=True)
    print(
        f"{'EXACT' if verdict.exact else 'NOT EXACT'}: {len(record.accepted):,} accepted scores, {len(ledger.rows):,}"
        f" facts, {len(ledger.voided):,} voided, {len(ledger.banned):,} players banned, {len(BOARDS)} boards",
        flush=True,
    )
    return verdict


if __name__ == "__main__":
    sys.exit(main())
