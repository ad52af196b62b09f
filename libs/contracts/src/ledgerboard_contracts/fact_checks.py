"""What the ledger could not keep is no fact: both who read facts refuse it, so that boards and ledger stay alike.

Only U+0000 is looked for, since that costs next to nothing: JSON can hold it only as one escape, and a body without a
backslash has none. Every rule was checked when the fact was a submission; to check all of them again would take longer
than decoding does.
"""

import re
from typing import Final

from ledgerboard_contracts.attributes import InvalidAttributesError, check_attributes
from ledgerboard_contracts.envelopes import FactsMessage

_ESCAPED_NUL: Final = re.compile(r"\\u0000")


class InvalidFactError(ValueError):
    """A fact holds what PostgreSQL cannot. The message names the event."""


def check_facts(body: str | bytes, message: object) -> None:
    """Raise `InvalidFactError` where the message of ``body`` brings a fact with the character U+0000 in it."""
    text = body if isinstance(body, str) else body.decode()
    if "\\" not in text or not _ESCAPED_NUL.search(text) or not isinstance(message, FactsMessage):
        return
    for fact in (fact for envelope in message.envelopes for fact in envelope.facts):
        names = (fact.player, fact.level, fact.session)
        try:
            check_attributes({"names": names, "attributes": fact.attributes})
        except InvalidAttributesError as error:
            raise InvalidFactError(f"the fact {fact.event_id} contains the character U+0000") from error
