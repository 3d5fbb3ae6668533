"""Shared by tests of files over sockets: a client of a scripted server, and responses that are files."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP

from mirakl_async import BearerToken, MarketplaceFront, Retry
from tests.support.raw_server import RawRequest

SECRET = "bearer-that-must-stay-home"
AT_ONCE = Retry(initial_delay=0.001, throttle_delay=0.001)


def front(server, **settings):
    settings.setdefault("retry", AT_ONCE)
    settings.setdefault("auth", BearerToken(SECRET))
    return MarketplaceFront(server.url, rate_limit="none", **settings)


def file_answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """A file with its length; `length` may say otherwise."""
    fields = (f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers)
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + body


def chunked_answer(body: bytes, *headers: str, size: int = 1000) -> bytes:
    """A file in chunks."""
    fields = ("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", *headers)
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    frames = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + frames + b"0\r\n\r\n"


def unframed_answer(body: bytes, *headers: str) -> bytes:
    """A file that ends where the connection does."""
    fields = ("HTTP/1.1 200 OK", "Connection: close", *headers)
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + body


def playing(*responses: bytes):
    """One answer for each connection, which is closed after it."""

    def one(response):
        async def play(peer):
            if await peer.request() is not None:
                await peer.send(response)

        return play

    return [one(response) for response in responses]


def parts_of(request: RawRequest) -> dict[str, list[tuple[str | None, str | None, bytes]]]:
    """The parts of a form by name: file name, content type, content."""
    head = f"Content-Type: {request.header('Content-Type')}\r\n\r\n".encode()
    found: dict[str, list[tuple[str | None, str | None, bytes]]] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + request.body).iter_parts():
        name = part.get_param("name", header="content-disposition")
        found.setdefault(name, []).append((part.get_filename(), part["Content-Type"], part.get_payload(decode=True)))
    return found
