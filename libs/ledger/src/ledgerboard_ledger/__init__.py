"""Ledgerboard's ledger library."""
