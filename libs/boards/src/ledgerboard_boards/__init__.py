"""Ledgerboard's boards library."""
