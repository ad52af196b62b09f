"""Ledgerboard's testkit library."""
