"""Ledgerboard's infra library."""
