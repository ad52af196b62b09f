"""The clocks of the services, each of which can be moved for itself while its process runs."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from benchmarks.chaos.clock.sitecustomize import OFFSET

_FOLDER: Final = Path(__file__).parent / "clock"


class Clocks:
    """One file a service in ``folder``. See `benchmarks.chaos.clock.sitecustomize`, which reads them."""

    def __init__(self, folder: Path, services: Iterable[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._files = {service: folder / service for service in services}
        for service, file in self._files.items():
            file.write_bytes(OFFSET.pack(0.0))
            self.move(service, 0.0)

    def environment(self, service: str) -> Mapping[str, str]:
        """What the service's process must be told."""
        return {"PYTHONPATH": str(_FOLDER), "LEDGERBOARD_CHAOS_CLOCK": str(self._files[service])}

    def move(self, service: str, seconds: float) -> None:
        """Let the service's clock be so far ahead from now on. In place, since its process has the file mapped."""
        with self._files[service].open("r+b") as file:
            file.write(OFFSET.pack(seconds))

    def set_all_right(self) -> None:
        """Let every clock show the time."""
        for service in self._files:
            self.move(service, 0.0)
