"""Those who correct, define and rebuild: they ask from threads of their own, so that none holds up a fault."""

import random
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from http import HTTPStatus
from typing import Any, Final

from benchmarks.chaos.client import Answer, Client, UnansweredError
from benchmarks.chaos.recorder import Recorder

WHY: Final[dict[str, Any]] = {"reason": "chaos", "author": "referee"}
"""What every request of an operator says of itself."""

_THREADS: Final = 4
_PENDING_SECONDS: Final = 60.0


class Operators:
    """Asks any gateway. What got a 202 is recorded; of the rest the ledger says in the end whether it was done."""

    def __init__(self, clients: Sequence[Client], recorder: Recorder, seed: int) -> None:
        self._clients = clients
        self._recorder = recorder
        self._dice = random.Random(f"{seed}-operators")
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="operator")
        self._pending: list[Future[Any]] = []

    def correct(self, method: str, path: str, body: Any, words: str) -> None:
        """Ask for a correction. Does not wait for the answer."""
        self._begin(self._correct, method, path, body, words)

    def ask(self, method: str, path: str, body: Any) -> None:
        """Ask for anything else. Does not wait for the answer."""
        self._begin(self._ask, method, path, body)

    def do(self, function: Any, *arguments: Any) -> None:
        """Call anything that may take a while. Does not wait for it."""
        self._pending = [each for each in self._pending if not each.done()]
        self._pending.append(self._pool.submit(function, *arguments))

    def finish(self) -> None:
        """Wait for all answers that still come."""
        wait(self._pending, timeout=_PENDING_SECONDS)
        self._pending = []

    def close(self) -> None:
        """Ask nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _begin(self, function: Any, *arguments: Any) -> None:
        self.do(function, self._dice.choice(self._clients), *arguments)

    def _correct(self, client: Client, method: str, path: str, body: Any, words: str) -> Answer | None:
        answer = self._ask(client, method, path, body)
        if answer is not None and answer.status == HTTPStatus.ACCEPTED:
            self._recorder.corrected(answer.body["correction_id"], words)
        return answer

    def _ask(self, client: Client, method: str, path: str, body: Any) -> Answer | None:
        try:
            answer = client.ask(method, path, body)
        except UnansweredError:
            return None
        if answer.status >= HTTPStatus.BAD_REQUEST:
            self._recorder.noted(
                "refused", {"method": method, "path": path, "status": answer.status, "title": answer.body.get("title")}
            )
        return answer
