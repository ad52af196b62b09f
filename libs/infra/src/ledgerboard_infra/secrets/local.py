"""Secrets of one machine: files, as compose and Kubernetes mount them, or variables of the environment.

Files are read at each fetch, so a new one needs no restart. An environment never changes; it is for those who have
nothing better.
"""

from collections.abc import Mapping
from pathlib import Path

from ledgerboard_infra.errors import MisconfiguredError
from ledgerboard_infra.secrets.secret import MissingSecretError, Secret


class EnvironmentStore:
    """Variables. The previous value of ``NAME`` is ``NAME_PREVIOUS``."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def fetch(self, name: str) -> Secret:
        """The variable's value; an empty one counts as missing."""
        current = self._environ.get(name, "")
        if not current:
            raise MissingSecretError(f"there is no secret {name}: the environment has no such variable")
        return Secret(current, self._environ.get(f"{name}_PREVIOUS") or None)


class FileStore:
    """Files of one directory. The previous value of ``name`` is in ``name.previous``."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory.resolve()

    def fetch(self, name: str) -> Secret:
        """The file's text, without white space around it; an empty file counts as missing."""
        current = self._text(name)
        if not current:
            raise MissingSecretError(f"there is no secret {name}: no such file in {self._directory}")
        return Secret(current, self._text(f"{name}.previous") or None)

    def _text(self, name: str) -> str:
        path = self._directory / name
        if not path.is_relative_to(self._directory) or ".." in Path(name).parts:
            raise MisconfiguredError(f"the secret {name} lies outside of {self._directory}")
        try:
            return path.read_text("utf-8").strip()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeError) as error:
            raise MisconfiguredError(f"the secret {name} cannot be read: {type(error).__name__}") from None
