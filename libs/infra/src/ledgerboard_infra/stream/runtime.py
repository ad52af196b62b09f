"""The stream runtime: lanes of one queue, started, watched and drained together.

SQS keeps every message until it is deleted, so nothing here needs to survive a crash: whatever was in hand becomes
visible again by itself. All care goes into deleting late, giving back early, and burning no receives on an outage.
"""

import queue
import threading
import time
from typing import TYPE_CHECKING, Final

from ledgerboard_infra.backoff import Backoff
from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.sqs import QueueSender
from ledgerboard_infra.stream.hand import Hand, Heartbeat
from ledgerboard_infra.stream.inbox import Inbox
from ledgerboard_infra.stream.lane import Intake, Lane
from ledgerboard_infra.stream.outage import Outage, Patience
from ledgerboard_infra.stream.settlement import Settlement
from ledgerboard_infra.stream.verdicts import Judge

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from ledgerboard_infra.clock import Clock
    from ledgerboard_infra.metrics import StreamMetrics
    from ledgerboard_infra.settings import StreamSettings
    from ledgerboard_infra.sqs import QueueLimits
    from ledgerboard_infra.stream.messages import BatchHandler

_FIRST_PAUSE_SECONDS: Final = 0.2

_log = get_logger(__name__)


class StreamRuntime:
    """Consumes one queue. ``client`` must outwait the long poll: ``sqs_client(aws, wait_seconds=...)``."""

    def __init__(
        self,
        client: "SQSClient",
        queue_url: str,
        dead_letter_url: str,
        handler: "BatchHandler",
        settings: "StreamSettings",
        metrics: "StreamMetrics",
        clock: "Clock",
    ) -> None:
        read_timeout: float = vars(client.meta.config)["_user_provided_options"].get("read_timeout", 0)
        if read_timeout <= settings.wait_seconds:
            raise MisconfiguredError(
                "the client's read timeout must exceed the long poll: pass wait_seconds to sqs_client"
            )
        self._inbox = Inbox(client, queue_url)
        self._dead_letters = QueueSender(client, dead_letter_url)
        self._handler = handler
        self._settings = settings
        self._metrics = metrics
        self._clock = clock
        self._outage_backoff = Backoff(base_seconds=_FIRST_PAUSE_SECONDS, max_seconds=settings.outage_max_seconds)
        # A SimpleQueue may be put to from a signal handler at any point; an Event, whose lock the interrupted code
        # may hold, may not.
        self._stop_requests: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._broken = threading.Event()

    def stop(self) -> None:
        """Ask `run` to drain and return. May be called from any thread or signal handler, more than once."""
        self._stop_requests.put(None)

    def run(self) -> bool:
        """Consume until `stop`. True if everything in hand was settled or given back within the grace period.

        Raises `MisconfiguredError` where the queue has no redrive policy.
        """
        limits = self._limits()
        if limits is None:
            return True
        hand = Hand(self._inbox, limits.visibility_timeout_seconds)
        settlement = self._settlement(hand, limits)
        heartbeat = Heartbeat(hand, limits.visibility_timeout_seconds)
        in_hand = self._metrics.in_hand.labels(self._metrics.service, self._inbox.queue)
        in_hand.set_function(lambda: len(hand.all()))
        lanes = self._start_lanes(hand, settlement)
        heartbeat.start()
        self._stop_requests.get()
        self._stopping.set()
        drained = self._drain(lanes, hand, settlement)
        heartbeat.stop()
        return drained and not self._broken.is_set()

    def _limits(self) -> "QueueLimits | None":
        """The queue's limits as soon as it can be asked, or None if told to stop before."""
        outage, attempt = Outage("queue", self._inbox.queue), 0
        while True:
            tried_at = time.monotonic()
            try:
                limits = self._inbox.limits()
            except UnavailableError as error:
                attempt += 1
                outage.failed(error, tried_at=tried_at)
                if self._asked_to_stop_within(self._outage_backoff.delay_seconds(attempt)):
                    return None
            else:
                outage.succeeded(tried_at=tried_at)
                return limits

    def _asked_to_stop_within(self, seconds: float) -> bool:
        try:
            self._stop_requests.get(timeout=seconds)
        except queue.Empty:
            return False
        return True

    def _settlement(self, hand: Hand, limits: "QueueLimits") -> Settlement:
        return Settlement(
            self._inbox,
            hand,
            self._dead_letters,
            self._patience("dead letters"),
            self._metrics,
            max_receives=limits.max_receives,
            retry_backoff=Backoff(
                base_seconds=self._settings.retry_base_seconds, max_seconds=self._settings.retry_max_seconds
            ),
        )

    def _patience(self, what: str) -> Patience:
        return Patience(Outage(what, self._inbox.queue), self._stopping, self._outage_backoff)

    def _start_lanes(self, hand: Hand, settlement: Settlement) -> list[threading.Thread]:
        judge = Judge(self._handler, hand, self._patience("handling"), self._metrics, self._inbox.queue)
        intake = Intake(
            self._inbox,
            self._metrics,
            self._clock,
            self._stopping,
            self._outage_backoff,
            wait_seconds=self._settings.wait_seconds,
        )
        lane = Lane(self._inbox, hand, judge, settlement, self._stopping, intake=intake)
        threads = [
            threading.Thread(target=self._run_lane, args=(lane,), name=f"lane-{number}", daemon=True)
            for number in range(self._settings.lanes)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _run_lane(self, lane: Lane) -> None:
        try:
            lane.run()
        except BaseException as error:  # noqa: BLE001 -- a lane that died unseen would leave a worker that does nothing.
            _log.critical("lane broke, stopping the worker", queue=self._inbox.queue, exc_info=error)
            self._broken.set()
            self.stop()

    def _drain(self, lanes: list[threading.Thread], hand: Hand, settlement: Settlement) -> bool:
        deadline = time.monotonic() + self._settings.grace_seconds
        for lane in lanes:
            lane.join(max(0.0, deadline - time.monotonic()))
        if not any(lane.is_alive() for lane in lanes):
            return True
        _log.error("grace period over", queue=self._inbox.queue, in_hand=len(hand.all()))
        settlement.release(hand.all())
        return False
