"""No way of writing loopback in a URL reaches a server that listens there."""

import socket

import pytest
from urllib3.exceptions import NewConnectionError

from ledgerboard_infra.outbound import public_pool


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost"]
)
def test_nobody_connects_to_this_machine(scheme: str, host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, public_pool() as pool:
        url = f"{scheme}://{host}:{listening.getsockname()[1]}/"
        with pytest.raises(NewConnectionError, match="private network"):
            pool.request("POST", url, retries=False)
        listening.settimeout(0)
        with pytest.raises(BlockingIOError):
            listening.accept()
