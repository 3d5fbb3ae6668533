"""Invalid HTTP answers, written directly to the socket because an HTTP server does not send them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from http import HTTPStatus

from .clock import Clock
from .exchange import Answer

__all__ = ["drip", "hang_up", "phrase", "render", "reset", "truncate"]

_LINGER_NOT = struct.pack("ii", 1, 0)


def reset(transport: asyncio.Transport) -> None:
    """Close the connection with an RST, so that the data written last may not arrive."""
    raw: socket.socket | None = transport.get_extra_info("socket")
    if raw is not None:
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    transport.abort()


def hang_up(transport: asyncio.Transport, answer: Answer) -> None:
    """Send the complete answer without `Connection: close`, then close the connection."""
    transport.write(render(answer))
    transport.close()


def truncate(transport: asyncio.Transport, answer: Answer, fraction: float = 0.5) -> None:
    """Send the head and a fraction of the body, then close the connection; without a body, send half of the head."""
    whole = render(answer)
    body = len(answer.body)
    transport.write(whole[: len(whole) - body + int(body * fraction)] if body else whole[: len(whole) // 2])
    transport.close()


async def drip(transport: asyncio.Transport, answer: Answer, seconds: float, clock: Clock) -> None:
    """Send the answer one byte at a time."""
    for byte in render(answer):
        if transport.is_closing():
            return
        transport.write(bytes((byte,)))
        await clock.sleep(seconds)
    transport.close()


def render(answer: Answer) -> bytes:
    """Return the answer as the bytes of an HTTP/1.1 message."""
    head = [f"HTTP/1.1 {answer.status} {phrase(answer.status)}"]
    head += [f"{name}: {value}" for name, value in answer.headers.items()]
    if answer.body:
        head.append(f"Content-Type: {answer.content_type}")
    if answer.status not in {204, 304}:
        head.append(f"Content-Length: {len(answer.body)}")
    return "\r\n".join([*head, "", ""]).encode() + answer.body


def phrase(status: int) -> str:
    """Return the standard reason phrase of a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
