"""An SQS server for tests, in a process of its own: moto's, with a clock that tests move on.

moto lets two threads receive the same message, and keeps others waiting during a long poll; so each step is taken under
one lock here, and a long poll is many short ones. Nothing leaves the machine: credentials are made up, and botocore
does not ask for those of an EC2 instance.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Self
from urllib.request import Request, urlopen

import pytest
from aiobotocore.session import AioSession  # type: ignore[import-untyped]

REGION, ACCOUNT = "eu-west-1", "123456789012"
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "pass-word",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
SERVER = """
import sys, threading, time
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from moto.moto_server.werkzeug_app import MotoRequestHandler
from moto.sqs import models

MotoRequestHandler.disable_nagle_algorithm = True  # else each answer waits 40 ms
lock, shift = threading.RLock(), [0.0]
now, now_millis = models.unix_time, models.unix_time_millis
models.unix_time = lambda *args: now(*args) + shift[0]
models.unix_time_millis = lambda *args: now_millis(*args) + shift[0] * 1000

def one_at_a_time(name):
    method = getattr(models.SQSBackend, name)
    def locked(*args, **kwargs):
        with lock:
            return method(*args, **kwargs)
    setattr(models.SQSBackend, name, locked)

receive = models.SQSBackend.receive_message
def receive_message(self, queue_name, count, wait, *args):
    ends = time.monotonic() + wait
    while True:
        with lock:
            found = receive(self, queue_name, count, 0, *args)
        if found or time.monotonic() >= ends:
            return found
        time.sleep(0.01)

models.SQSBackend.receive_message = receive_message
for name in ("send_message_batch", "delete_message_batch", "change_message_visibility_batch", "delete_queue"):
    one_at_a_time(name)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
for line in sys.stdin:
    shift[0] += float(line)
    print("moved", flush=True)
"""


class MotoServer:
    """A server on a free port of 127.0.0.1, which ends with its `with`."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", SERVER],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=os.environ | ENVIRONMENT,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def freeze(self) -> None:
        """Leave connections open and requests unanswered until `thaw`."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def url(self, name: str, port: int | None = None) -> str:
        return f"http://127.0.0.1:{port or self.port}/{ACCOUNT}/{name}"

    def move_clock(self, seconds: float) -> None:
        """Advance the server's clock."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "moved\n"

    def ask(self, action: str, **parameters: Any) -> None:
        """One call of SQS' older protocol, which needs no client: CreateQueue, DeleteQueue ..."""
        query = "&".join(f"{name.replace('_', '.')}={value}" for name, value in parameters.items())
        credential = f"AWS4-HMAC-SHA256 Credential=testing/20260101/{REGION}/sqs/aws4_request, Signature=0"
        request = Request(
            f"http://127.0.0.1:{self.port}/", f"Action={action}&{query}".encode(), {"Authorization": credential}
        )
        with urlopen(request, timeout=30) as answer:
            assert answer.status == 200

    def create(self, name: str, **attributes: Any) -> str:
        """A queue with these attributes; its URL."""
        numbered = {
            f"Attribute_{number}_{part}": value
            for number, pair in enumerate(attributes.items(), 1)
            for part, value in zip(("Name", "Value"), pair, strict=True)
        }
        self.ask("CreateQueue", QueueName=name, **numbered)
        return self.url(name)


def make_session() -> AioSession:
    """A session with made-up credentials; queues share it, because reading AWS' descriptions takes a while."""
    session = AioSession()
    session.set_credentials("testing", "pass-word")
    session.set_config_variable("region", REGION)
    return session


@pytest.fixture(scope="session")
def shared_moto() -> Iterator[MotoServer]:
    patch = pytest.MonkeyPatch()
    for name, value in ENVIRONMENT.items():
        patch.setenv(name, value)
    with MotoServer() as server:
        yield server
    patch.undo()
