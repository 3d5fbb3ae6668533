"""A Redis server for tests, in a process of its own: redis-server where it is installed, fakeredis's over TCP elsewhere.

`RedisServer` can be killed, frozen and started again at the same address; the real one keeps an append-only file, so
that what it answered for survives SIGKILL (`durable` says which one it is). TEST_REDIS=fake asks for the other one.

A conftest takes the fixtures by importing them: `redis_server` is a server of the test's own, to be killed at will;
`redis_url` is one that a whole run shares, emptied before each test.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

PATIENCE = 30.0
FAKE = """
import sys
from fakeredis import TcpFakeServer
from redis.exceptions import ResponseError

module = sys.modules[TcpFakeServer.__module__]

class Connection(module.FakeRedisConnection):
    def read_response(self, *args, **options):
        try:
            return super().read_response(*args, **options)
        except ResponseError as error:  # raised, it would end the connection, which no real server does
            return error

module.FakeRedisConnection = Connection
TcpFakeServer(("127.0.0.1", int(sys.argv[1])), server_type="redis", server_version=(7, 0)).serve_forever()
"""


class RedisServer:
    """A server on a free port of 127.0.0.1, with its data in `folder`; use it as `with`, or call `start` and `stop`."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self._folder = folder
        self._settings = settings
        self._real = None if os.environ.get("TEST_REDIS") == "fake" else shutil.which("redis-server")
        self._process: subprocess.Popen[bytes] | None = None
        self.durable = self._real is not None
        self.port = _free_port()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        assert self._process is not None, "the Redis server is not running"
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start, or start again with what the append-only file holds; returns when commands are answered."""
        self._process = subprocess.Popen(self._command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ends = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > ends:
                self.kill()
                raise RuntimeError(f"no Redis server at port {self.port}")
            time.sleep(0.01)

    def kill(self) -> None:
        """SIGKILL: the clients' connections break, nothing more is written."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    stop = kill

    def freeze(self) -> None:
        """Leave connections open and commands unanswered until `thaw`."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def empty(self) -> None:
        """Delete everything, including scripts."""
        assert self._ask(b"FLUSHALL\r\n").startswith(b"+OK")
        assert self._ask(b"SCRIPT FLUSH\r\n").startswith(b"+OK")

    def _command(self) -> list[str]:
        if self._real is None:
            return [sys.executable, "-c", FAKE, str(self.port)]
        return [
            self._real, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder),
            "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", *self._settings,
        ]  # fmt: skip

    def _answers(self) -> bool:
        try:
            return self._ask(b"PING\r\n").startswith(b"+PONG")
        except OSError:
            return False

    def _ask(self, command: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            if self._real is None:  # it does not know commands in a line
                words = command.split()
                command = b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words)
            connection.sendall(command)
            return connection.recv(1024)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path) as server:
        yield server


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis_url(shared_redis: RedisServer) -> str:
    shared_redis.empty()
    return shared_redis.url
