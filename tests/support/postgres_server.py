"""A PostgreSQL server for tests, in processes of its own; tests skip where PostgreSQL is not installed.

`PostgresServer` can be killed, frozen and started again at the same address. Its data survive SIGKILL, for it is the
processes that are killed and not the machine. It does not run as root, who starts it as the user `postgres`.

A conftest takes the fixtures by importing them: `postgres_server` is a server of the test's own; `shared_postgres` is
one that a whole run shares, where each test has tables of its own.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

PATIENCE = 30.0
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "dynamic_shared_memory_type": "mmap",
}


def find_programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest version's."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    found = str(installed[-1]) if installed else shutil.which("postgres")
    return Path(found).parent if found and (os.getuid() != 0 or _may_run_as("postgres")) else None


def _may_run_as(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


class PostgresServer:
    """A server on a free port of 127.0.0.1; use it as `with`. Its superuser is `postgres`, without a password."""

    def __init__(self, **settings: str) -> None:
        programs = find_programs()
        if programs is None:
            pytest.skip("needs PostgreSQL")
        self._programs = programs
        self._settings = SETTINGS | settings
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path()
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = int(listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="mirakl-postgres-"))
        if os.getuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        self._run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "-D", self._data)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._folder)

    def start(self) -> None:
        """Start, or start again with what it had; returns when it accepts connections."""
        options = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", self._data, "-p", str(self.port), *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, cwd="/", **self._as_owner(),
        )  # fmt: skip
        ends = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > ends:
                self.kill()
                raise RuntimeError(f"no PostgreSQL server at port {self.port}")
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL to all of its processes."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
            (self._folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def freeze(self) -> None:
        """Leave connections open and statements unanswered until `thaw`."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def copy_data(self) -> None:
        """Keep what it holds now (it must not run), for `restore_data`."""
        shutil.rmtree(self._folder / "copy", ignore_errors=True)
        subprocess.run(["cp", "-a", self._data, self._folder / "copy"], check=True)

    def restore_data(self) -> None:
        """Go back to what was copied; it must not run."""
        shutil.rmtree(self._data)
        subprocess.run(["cp", "-a", self._folder / "copy", self._data], check=True)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _as_owner(self) -> dict[str, Any]:
        return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [self._programs / program, *arguments], check=True, capture_output=True, cwd="/", **self._as_owner()
        )

    def _signal(self, number: int) -> None:
        """To every process of the server; each worker of PostgreSQL has a session of its own."""
        assert self._process is not None, "the PostgreSQL server is not running"
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        for pid in [self._process.pid, *map(int, children.read_text().split() if children.exists() else [])]:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def _answers(self) -> bool:
        ready = self._programs / "pg_isready"
        return subprocess.run([ready, "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False).returncode == 0


@pytest.fixture
def postgres_server() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def shared_postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server
