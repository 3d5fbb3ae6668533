"""The REST calls of Google Pub/Sub that a subscriber makes, on a real socket and with a clock that tests move on.

It does what Google documents, and where Google promises nothing, the worst: an acknowledgement that comes too late is
answered as a good one, and the message comes again.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterable
from itertools import count
from typing import Any, Self

from aiohttp import web

from tests.support.manual_clock import InstantClock

SOUND = {
    "topic": "projects/p/topics/t", "ackDeadlineSeconds": 10, "messageRetentionDuration": "2678400s",
    "expirationPolicy": {}, "deadLetterPolicy": {"deadLetterTopic": "projects/p/topics/dead", "maxDeliveryAttempts": 20},
}  # fmt: skip


def refusal(status: int) -> web.Response:
    return web.json_response({"error": {"message": "pass-word"}}, status=status)


class Held:
    """One message of a subscription."""

    def __init__(self, number: int, body: bytes) -> None:
        self.id = str(number)
        self.body = body
        self.attempts = 0
        self.ack_id = ""
        self.until = 0.0


class PubSubServer:
    """One project on a free port of 127.0.0.1; a pull of an empty subscription waits `pull_seconds`."""

    def __init__(self, clock: InstantClock | None = None, pull_seconds: float = 30.0) -> None:
        self.clock = clock or InstantClock()
        self.pull_seconds = pull_seconds
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.messages: dict[str, list[Held]] = {}
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, list[int | None]] = {}
        self._ids = count(1)
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/v1/projects/{project}/subscriptions/{name}", self._get)
        app.router.add_post("/v1/projects/{project}/subscriptions/{name}", self._post)
        self._runner = web.AppRunner(app, shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def create(self, name: str, **changes: Any) -> str:
        """A subscription; its path."""
        self.subscriptions[name] = {"name": f"projects/p/subscriptions/{name}"} | SOUND | changes
        self.messages[name] = []
        return f"projects/p/subscriptions/{name}"

    def delete(self, name: str) -> None:
        del self.subscriptions[name]
        self._news.set()

    def publish(self, name: str, bodies: Iterable[bytes]) -> None:
        self.messages[name] += [Held(next(self._ids), body) for body in bodies]
        self._news.set()

    async def _get(self, request: web.Request) -> web.Response:
        self.requests.append(("get", {}))
        if planned := self.answers.get("get"):
            return refusal(planned.pop(0) or 200)
        found = self.subscriptions.get(request.match_info["name"])
        return web.json_response(found) if found else refusal(404)

    async def _post(self, request: web.Request) -> web.Response:
        name, _, action = request.match_info["name"].partition(":")
        body = await request.json()
        self.requests.append((action, body))
        if planned := self.answers.get(action):
            reply = planned.pop(0)
            if reply is None:  # done, and its answer is lost
                await self._do(action, name, body)
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            return refusal(reply)
        return await self._do(action, name, body)

    async def _do(self, action: str, name: str, body: dict[str, Any]) -> web.Response:
        if name not in self.subscriptions:
            return refusal(404)
        if action == "pull":
            return await self._pull(name, body["maxMessages"])
        held = {m.ack_id: m for m in self.messages[name] if m.until > self.clock.now}
        if self.subscriptions[name].get("enableExactlyOnceDelivery") and not held.keys() >= {*body["ackIds"]}:
            return web.json_response({"error": {"status": "FAILED_PRECONDITION"}}, status=400)
        for message in [held[key] for key in body["ackIds"] if key in held]:
            if action == "acknowledge":
                self.messages[name].remove(message)
            else:
                message.until = self.clock.now + body["ackDeadlineSeconds"]
                self._news.set()
        return web.json_response({})

    async def _pull(self, name: str, limit: int) -> web.Response:
        ends = asyncio.get_running_loop().time() + self.pull_seconds
        while name in self.subscriptions:
            left = ends - asyncio.get_running_loop().time()
            ready = [m for m in self.messages[name] if m.until <= self.clock.now][:limit]
            if ready or left <= 0:
                return web.json_response(
                    {"receivedMessages": [self._hand_out(name, m) for m in ready]} if ready else {}
                )
            self._news.clear()
            await asyncio.wait({asyncio.ensure_future(self._news.wait())}, timeout=min(left, 0.02))
        return refusal(404)

    def _hand_out(self, name: str, message: Held) -> dict[str, Any]:
        message.attempts += 1
        message.ack_id = f"{message.id}-{message.attempts}"
        message.until = self.clock.now + self.subscriptions[name]["ackDeadlineSeconds"]
        shown: dict[str, Any] = {
            "ackId": message.ack_id,
            "message": {"messageId": message.id, "publishTime": "2026-01-01T00:00:00Z"},
        }
        if message.body:
            shown["message"]["data"] = base64.b64encode(message.body).decode()
        if "deadLetterPolicy" in self.subscriptions[name]:
            shown["deliveryAttempt"] = message.attempts
        return shown
