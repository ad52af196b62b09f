"""What a service depends on, in memory: a clock, definitions, live boards, the ledger, a queue.

Each can be made unavailable, because what a service answers then is the more interesting half of its behaviour. Each
passes the suite that the real one passes (`ledgerboard_testkit.suites`).
"""

from ledgerboard_testkit.memory.audit import MemoryAudit
from ledgerboard_testkit.memory.buckets import MemoryBuckets
from ledgerboard_testkit.memory.dependency import NOON, Dependency, FixedClock
from ledgerboard_testkit.memory.generations import MemoryGenerations
from ledgerboard_testkit.memory.keyed_requests import MemoryKeyedRequests
from ledgerboard_testkit.memory.ledger import MemoryLedger
from ledgerboard_testkit.memory.levels import MemoryLevels
from ledgerboard_testkit.memory.moderation import MemoryNames, MemoryReviews
from ledgerboard_testkit.memory.queue import MemorySender
from ledgerboard_testkit.memory.ranks import MemoryRanks
from ledgerboard_testkit.memory.record import MemoryRecord
from ledgerboard_testkit.memory.server_keys import MemoryServerKeys
from ledgerboard_testkit.memory.sessions import MemorySessionRecord, MemorySessions
from ledgerboard_testkit.memory.standings import MemoryStandings

__all__ = [
    "NOON",
    "Dependency",
    "FixedClock",
    "MemoryAudit",
    "MemoryBuckets",
    "MemoryGenerations",
    "MemoryKeyedRequests",
    "MemoryLedger",
    "MemoryLevels",
    "MemoryNames",
    "MemoryRanks",
    "MemoryRecord",
    "MemoryReviews",
    "MemorySender",
    "MemoryServerKeys",
    "MemorySessionRecord",
    "MemorySessions",
    "MemoryStandings",
]
