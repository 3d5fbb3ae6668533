"""Requests passed directly within one process, without sockets, with the same answers and, where possible, faults.

A fault of the connection ends the exchange with `ExchangeBroken`. If the caller is cancelled or its timeout expires
after the request was read, the request is still processed to its end, as with a socket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Literal

from .broken_responses import render
from .clock import Clock
from .exchange import Answer, Headers
from .faults import FOREVER, TriggeredFault
from .pipeline import ConnectionUnusable, SimulatorContext, respond
from .routing import Router, refusal

__all__ = ["DirectRequest", "ExchangeBroken", "Keep"]


class ExchangeBroken(ConnectionUnusable):
    """An exchange without a complete answer.

    `reason` is "refused" if nothing listens at the address, "reset" if no part of an answer can be read, "truncated" if
    `answer` holds the readable part, and "timeout" if no answer arrived in time.
    """

    def __init__(
        self, reason: Literal["refused", "reset", "truncated", "timeout"], answer: Answer | None = None
    ) -> None:
        super().__init__()
        self.reason: Literal["refused", "reset", "truncated", "timeout"] = reason
        self.answer: Answer | None = answer


class DirectRequest:
    """A request passed directly, an implementation of `pipeline.Inbound`.

    `timeout` is in seconds of the simulator's clock.
    """

    __slots__ = (
        "_body", "_clock", "_ends", "_router", "caller", "headers", "method", "origin", "path", "query",
    )  # fmt: skip

    def __init__(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, clock: Clock, timeout: float | None
    ) -> None:
        scheme, _, rest = url.partition("#")[0].partition("://")
        host, slash, target = rest.partition("/")
        path, _, query = target.partition("?")
        self.query: str = query
        self.method: str = method
        self.origin: str = f"{scheme}://{host}"
        self.path: str = slash + path
        self.headers: Mapping[str, str] = Headers(headers)
        self.caller: asyncio.Future[None] | None = None
        self._body = body
        self._clock = clock
        self._ends = None if timeout is None else clock.monotonic() + timeout
        self._router: Router | None = None

    async def answered(self, routers: Mapping[str, Router], context: SimulatorContext, keep: Keep) -> Answer:
        """Return the answer, or raise ExchangeBroken.

        `keep` is called with the coroutine that continues after the caller has left.
        """
        self._router = routers.get(self.origin)
        if self._router is None:
            raise ExchangeBroken("refused")
        if not context.latency and not context.faults.any:
            return await respond(self._router, self, context)
        self.caller = asyncio.get_running_loop().create_future()
        task = keep(respond(self._router, self, context))
        await asyncio.wait((task, self.caller), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ExchangeBroken("timeout")
        return task.result()

    async def read(self) -> bytes | Answer:
        """Return the body; raises ExchangeBroken if the caller has left."""
        if self.caller is not None and self.caller.done():
            raise ExchangeBroken("reset")
        if self._router is not None and len(self._body) > self._router.service.max_bytes:
            return refusal(self._router.service, 413)
        return self._body

    async def sleep(self, seconds: float) -> None:
        """Sleep by the simulator's clock; when the caller's timeout expires, the caller is released."""
        left = seconds if self._ends is None else self._ends - self._clock.monotonic()
        if seconds > left and self.caller is not None:
            await self._clock.sleep(max(0.0, left))
            if not self.caller.done():
                self.caller.set_result(None)
            seconds -= max(0.0, left)
            if seconds >= FOREVER / 2:
                raise ExchangeBroken("timeout")  # there would never be an answer
        await self._clock.sleep(seconds)

    async def corrupt(self, one: TriggeredFault, answer: Answer) -> Answer:
        """Return the answer as changed by a fault, or raise ExchangeBroken if it is incomplete.

        Faults that only affect how a connection ends have no effect, because there is no connection.
        """
        match one.fault.kind:
            case "reset":
                raise ExchangeBroken("reset")
            case "truncate":
                if not answer.body:
                    raise ExchangeBroken("reset")
                body = answer.body[: int(len(answer.body) * one.fault.fraction)]
                raise ExchangeBroken("truncated", Answer(answer.status, body, answer.content_type, answer.headers))
            case "drip":
                await self.sleep(one.seconds * len(render(answer)))
                return answer
            case _:
                return answer


Keep = Callable[[Coroutine[Any, Any, Answer]], "asyncio.Task[Answer]"]
