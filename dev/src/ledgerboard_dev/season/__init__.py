"""The demo season: generated players, their traffic through the HTTP API, a live view, and a proof at the end."""
