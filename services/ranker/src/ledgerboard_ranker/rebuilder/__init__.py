"""The rebuilder: draws generations of boards from the ledger, and watches over what Redis holds."""
