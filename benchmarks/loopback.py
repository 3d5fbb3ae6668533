"""A minimal server in a separate process, so that only the client's CPU time is measured.

It reads HTTP/1.1 by Content-Length and answers every request with the same bytes, after an optional delay.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Protocol(asyncio.Protocol):
    def __init__(self, answer: bytes, delay: float) -> None:
        self._answer = answer
        self._delay = delay
        self._need = 0
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        while data or (self._need == 0 and self._head.find(b"\r\n\r\n") >= 0):
            if self._need:
                taken = min(self._need, len(data))
                self._need -= taken
                data = data[taken:]
                if self._need == 0:
                    self._reply()
                continue
            self._head += data
            data = b""
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head, data = self._head[:end].lower(), self._head[end + 4 :]
            self._head = b""
            at = head.find(b"content-length:")
            self._need = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if self._need == 0:
                self._reply()

    def _reply(self) -> None:
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._write)
        else:
            self._write()

    def _write(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(self._answer)


def http_answer(status: str, body: bytes = b"") -> bytes:
    """Return a complete HTTP response."""
    kind = b"content-type: application/json\r\n" if body else b""
    length = b"" if status.startswith("204") else f"content-length: {len(body)}\r\n".encode()
    return f"HTTP/1.1 {status}\r\n".encode() + kind + length + b"\r\n" + body


async def _serve(answer: bytes, delay: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Protocol(answer, delay), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # the parent's end of the pipe closes with the parent
    server.close()


@contextmanager
def loopback_server(answer: bytes, delay: float = 0.0) -> Iterator[int]:
    """Serve `answer` from a child process, and yield its port."""
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.loopback", "--answer", answer.hex(), "--delay", str(delay)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        yield int(child.stdout.readline())
    finally:
        child.stdin.close()
        child.wait(10)
        child.stdout.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--answer", required=True)
    parser.add_argument("--delay", type=float, default=0.0)
    arguments = parser.parse_args()
    asyncio.run(_serve(bytes.fromhex(arguments.answer), arguments.delay))
