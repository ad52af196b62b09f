"""The process's environment as a store of secrets, for deployments that have no better one."""

import os
from collections.abc import Mapping


def process_environment() -> Mapping[str, str]:
    """The variables of this process."""
    return os.environ
