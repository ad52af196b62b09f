"""As much of HTTP/1.1 as a proxy before the queue server needs: whole messages, read and written."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

_END_OF_HEAD: Final = b"\r\n\r\n"


@dataclass(slots=True)
class HttpMessage:
    """A request or an answer: its first line, its headers by lower-case name, and its body."""

    first_line: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def status(self) -> int:
        """Of an answer."""
        return int(self.first_line.split(" ")[1])

    def encoded(self) -> bytes:
        """The message with a length that is right."""
        kept = {name: value for name, value in self.headers.items() if name != "transfer-encoding"}
        kept["content-length"] = str(len(self.body))
        lines = [self.first_line, *(f"{name}: {value}" for name, value in kept.items())]
        return "\r\n".join(lines).encode("latin-1") + _END_OF_HEAD + self.body


async def read_message(reader: asyncio.StreamReader) -> HttpMessage | None:
    """The next message, or None where the other end has ended between two. Raises where it ended within one."""
    try:
        head = await reader.readuntil(_END_OF_HEAD)
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    first_line, *lines = head[: -len(_END_OF_HEAD)].decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    message = HttpMessage(first_line, {name.strip().lower(): value.strip() for name, _, value in pairs})
    message.body = await _body(reader, message)
    return message


async def _body(reader: asyncio.StreamReader, message: HttpMessage) -> bytes:
    if message.headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(message.headers.get("content-length", "0")))
    parts: list[bytes] = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    while (await reader.readline()).strip():
        pass  # Trailers, which nobody here needs.
    return b"".join(parts)
