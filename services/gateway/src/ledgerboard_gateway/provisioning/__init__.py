"""``ledgerboard-gateway provision-identity``: what the gateway expects to find at its identity provider."""
