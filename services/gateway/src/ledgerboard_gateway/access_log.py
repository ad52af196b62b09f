"""Where the lines of the access log go."""

import sys


def write_line(line: str) -> None:
    """Out at once: a line that waits in a buffer is lost with its process, just when it is wanted."""
    sys.stdout.write(line)
    sys.stdout.flush()
