"""The proof that the boards are the fold of the ledger, by command and by a sample every hour."""
