"""Take the ledger elsewhere: export, import, and what goes to an archive."""
