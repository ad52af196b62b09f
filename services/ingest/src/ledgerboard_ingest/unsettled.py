"""What was sent to boards that total, and is not settled yet.

Settled is only what ingest sent once, as far as it knows: of what it tried twice, a copy may still wait in the queue
when the other one is long done. Nothing is lost where this forgets: what is never settled is known for the whole time.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from ledgerboard_contracts import SettledEnvelope
from ledgerboard_infra.sqs import REPEATED
from ledgerboard_infra.stream import Message

MOST_MESSAGES: Final = 1000
"""More than lanes could have in hand."""


class Unsettled:
    """The envelopes made of messages in hand, by message id. Thread-safe.

    A message that is never deleted leaves them here: so the oldest go when there are too many.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._envelopes: OrderedDict[str, Sequence[SettledEnvelope]] = OrderedDict()

    def keep(self, message: Message, envelopes: Sequence[SettledEnvelope]) -> bool:
        """Keep ``envelopes``, which are about to be sent, unless they may have been sent before. Returns whether so."""
        if not envelopes:
            return False
        with self._lock:
            tried = message.receive_count > 1 or message.message_id in self._envelopes or REPEATED in message.attributes
            self._envelopes[message.message_id] = () if tried else envelopes
            if len(self._envelopes) > MOST_MESSAGES:
                self._envelopes.popitem(last=False)
        return tried

    def take(self, message: Message) -> Sequence[SettledEnvelope]:
        """The envelopes that were kept, once."""
        with self._lock:
            return self._envelopes.pop(message.message_id, ())
