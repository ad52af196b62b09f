"""The PostgreSQL model of the ledger, and nothing else knows it: tables, queries, migrations."""

from ledgerboard_ledger.archives import Archives, NotExportedError
from ledgerboard_ledger.audit import AuditEntry, AuditReader, PostgresAudit
from ledgerboard_ledger.beats import Doubt, KnownBeat, OpenDoubt, PostgresBeats, TakenBeat
from ledgerboard_ledger.closings import Closings
from ledgerboard_ledger.correction_moments import CorrectionMoments
from ledgerboard_ledger.corrections import PostgresCorrections
from ledgerboard_ledger.corrections_log import Ban, CorrectionsLog, ErasedPlayers, RecordedCorrection
from ledgerboard_ledger.current import CurrentDefinitions
from ledgerboard_ledger.definitions import PostgresDefinitions
from ledgerboard_ledger.drawn import DrawnViews
from ledgerboard_ledger.endpoints import Endpoints
from ledgerboard_ledger.exports import Exported, LedgerExport, RecordedFact, RecordedVersion
from ledgerboard_ledger.final_standings import Closing, FinalStandings
from ledgerboard_ledger.generation_records import Generation, GenerationStage, UnknownGenerationError
from ledgerboard_ledger.generations import PostgresGenerations
from ledgerboard_ledger.hooks import (
    EVENTS,
    HOOK_NAME_PATTERN,
    Hook,
    InvalidHookError,
    PostgresHooks,
    check_hook,
    check_hook_url,
)
from ledgerboard_ledger.idempotency import PostgresKeyedRequests
from ledgerboard_ledger.imports import LedgerImport, OtherVersionError
from ledgerboard_ledger.levels import PostgresLevels
from ledgerboard_ledger.migrate import check_schema, migrate
from ledgerboard_ledger.months import Month
from ledgerboard_ledger.outbox import ClosedPeriod, Delivery, Outbox
from ledgerboard_ledger.partitions import Partitions
from ledgerboard_ledger.player_names import ModerationRecord, PostgresPlayerNames, moderation_record
from ledgerboard_ledger.plays import ALWAYS, Accepted, BoardStatistics
from ledgerboard_ledger.proofs import PostgresProofs, Proof, ProofTotals
from ledgerboard_ledger.rank_history import RankHistory, RankOfDay, RankSnapshots
from ledgerboard_ledger.reader import LedgerReader
from ledgerboard_ledger.rebuild_requests import HeldRebuilds
from ledgerboard_ledger.records import AppendResult, Play, Recorded, Rejected, UnstorableError
from ledgerboard_ledger.replay import Replay, ReplayPage
from ledgerboard_ledger.restatements import DrawnRestatement, KnownPlayer, OpenedRestatement, Restatements
from ledgerboard_ledger.reviews import Decision, PostgresReviews, Review, ReviewState
from ledgerboard_ledger.roles import RoleLogin, provision_roles
from ledgerboard_ledger.seats import Allocation, Ending, PostgresSeats, Seat, Seating
from ledgerboard_ledger.server_keys import KeyRecord, PostgresServerKeys
from ledgerboard_ledger.sessions import KeptSession, PostgresSessions, SessionRecord, SessionsReader, session_record
from ledgerboard_ledger.snapshots import OtherServerError, Snapshots, UnendedError
from ledgerboard_ledger.standings import FoldedEntry, LedgerStandings, SqlFold
from ledgerboard_ledger.suspicions import RULES_AUTHOR, Found, PostgresSuspicions
from ledgerboard_ledger.touches import Touches
from ledgerboard_ledger.versions import CachedVersions
from ledgerboard_ledger.writer import LedgerWriter

__all__ = [
    "ALWAYS",
    "EVENTS",
    "HOOK_NAME_PATTERN",
    "RULES_AUTHOR",
    "Accepted",
    "Allocation",
    "AppendResult",
    "Archives",
    "AuditEntry",
    "AuditReader",
    "Ban",
    "BoardStatistics",
    "CachedVersions",
    "ClosedPeriod",
    "Closing",
    "Closings",
    "CorrectionMoments",
    "CorrectionsLog",
    "CurrentDefinitions",
    "Decision",
    "Delivery",
    "Doubt",
    "DrawnRestatement",
    "DrawnViews",
    "Ending",
    "Endpoints",
    "ErasedPlayers",
    "Exported",
    "FinalStandings",
    "FoldedEntry",
    "Found",
    "Generation",
    "GenerationStage",
    "HeldRebuilds",
    "Hook",
    "InvalidHookError",
    "KeptSession",
    "KeyRecord",
    "KnownBeat",
    "KnownPlayer",
    "LedgerExport",
    "LedgerImport",
    "LedgerReader",
    "LedgerStandings",
    "LedgerWriter",
    "ModerationRecord",
    "Month",
    "NotExportedError",
    "OpenDoubt",
    "OpenedRestatement",
    "OtherServerError",
    "OtherVersionError",
    "Outbox",
    "Partitions",
    "Play",
    "PostgresAudit",
    "PostgresBeats",
    "PostgresCorrections",
    "PostgresDefinitions",
    "PostgresGenerations",
    "PostgresHooks",
    "PostgresKeyedRequests",
    "PostgresLevels",
    "PostgresPlayerNames",
    "PostgresProofs",
    "PostgresReviews",
    "PostgresSeats",
    "PostgresServerKeys",
    "PostgresSessions",
    "PostgresSuspicions",
    "Proof",
    "ProofTotals",
    "RankHistory",
    "RankOfDay",
    "RankSnapshots",
    "Recorded",
    "RecordedCorrection",
    "RecordedFact",
    "RecordedVersion",
    "Rejected",
    "Replay",
    "ReplayPage",
    "Restatements",
    "Review",
    "ReviewState",
    "RoleLogin",
    "Seat",
    "Seating",
    "SessionRecord",
    "SessionsReader",
    "Snapshots",
    "SqlFold",
    "TakenBeat",
    "Touches",
    "UnendedError",
    "UnknownGenerationError",
    "UnstorableError",
    "check_hook",
    "check_hook_url",
    "check_schema",
    "migrate",
    "moderation_record",
    "provision_roles",
    "session_record",
]
