"""Health: is the process alive, and can it do its work now."""

from ledgerboard_infra.health.probe import Check, Probe, Readiness, check_all
from ledgerboard_infra.health.server import OpsServer

__all__ = ["Check", "OpsServer", "Probe", "Readiness", "check_all"]
