"""Embedded servers, the local stack and the demo season. Never in an image."""
