"""The HTTP side of the gateway: routes, bodies, problems, documentation."""
