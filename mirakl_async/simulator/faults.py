"""Faults as data, and the plan that decides which faults a request triggers.

A fault happens before the service sees the request or, with `after_processing`, when its answer is ready. In the second
case the request has been processed and the client does not learn it. A client cannot distinguish the two cases, and has
to be tested with both.

The same seed and the same sequence of requests trigger the same faults. Each fault has its own random generator, so
that adding a fault does not change when the others happen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Annotated, Literal, TypedDict, Unpack, cast

from msgspec import Meta, Struct
from msgspec.structs import asdict

from .arguments import Count, Ordinal, Seconds, check
from .tokens import OPERATION as TOKEN

__all__ = ["FOREVER", "Fault", "FaultInForce", "FaultPlan", "Kind", "TriggeredFault", "When"]

Kind = Literal["status", "reset", "hang_up", "truncate", "drip", "stall", "latency", "revoke"]

FOREVER = 1e9


class When(TypedDict, total=False):
    """The requests that trigger a fault.

    `operation` is the only operation that the fault affects ("token" is the token exchange); None means every operation
    except the token exchange. Requests are counted from 1. The fault affects the requests in `at`, or else every
    `every`th request, or else each request with `probability`, or else all. `times` is the maximum number of affected
    requests.
    """

    operation: str | None
    at: tuple[int, ...]
    every: int | None
    probability: float | None
    times: int | None
    after_processing: bool


class Fault(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One fault, created by the class methods below; each also accepts the keywords of `When`.

    In JSON, for the control plane, a fault is an object with these members.
    """

    kind: Kind
    operation: str | None = None
    at: tuple[int, ...] = ()
    every: int | None = None
    probability: float | None = None
    times: int | None = None
    after_processing: bool = False
    status_code: int = 503
    body: str = ""
    content_type: str = "text/plain"
    headers: dict[str, str] = {}
    seconds: float = 0.0
    max_seconds: float | None = None
    fraction: float = 0.5

    def __post_init__(self) -> None:
        check(_Members, asdict(self))
        if self.max_seconds is not None and self.max_seconds < self.seconds:
            raise ValueError("max_seconds must not be less than seconds")
        if not 0 <= self.fraction < 1:
            raise ValueError("fraction must lie between 0 and 1, and leave something out")
        if not 200 <= self.status_code < 600:
            raise ValueError("status_code must be an HTTP status of a final answer, 200 to 599")

    @property
    def triggers_after(self) -> bool:
        """Whether the request is processed before the fault happens, as always for faults that change an answer."""
        return self.after_processing or self.kind in {"hang_up", "truncate", "drip"}

    @classmethod
    def status(
        cls,
        code: int,
        *,
        body: str = "",
        content_type: str = "text/plain",
        headers: dict[str, str] | None = None,
        retry_after: str | float | None = None,
        **when: Unpack[When],
    ) -> Fault:
        """Answer with this status, by default with an empty body, and with this Retry-After."""
        sent = dict(headers or {})
        if retry_after is not None:
            sent["Retry-After"] = str(retry_after)
        return cls(kind="status", status_code=code, body=body, content_type=content_type, headers=sent, **when)

    @classmethod
    def html(cls, code: int = 502, **when: Unpack[When]) -> Fault:
        """Answer with the HTML error page of a proxy."""
        page = f"<html><head><title>{code}</title></head><body><h1>{code}</h1><hr>proxy</body></html>\n"
        return cls(kind="status", status_code=code, body=page, content_type="text/html", **when)

    @classmethod
    def reset(cls, **when: Unpack[When]) -> Fault:
        """Reset the connection (TCP RST) before the request's body is read, or instead of the answer."""
        return cls(kind="reset", **when)

    @classmethod
    def hang_up(cls, **when: Unpack[When]) -> Fault:
        """Send the complete answer, then close the connection without announcing it."""
        return cls(kind="hang_up", **when)

    @classmethod
    def truncate(cls, fraction: float = 0.5, **when: Unpack[When]) -> Fault:
        """Send the head and this fraction of the body, then close; without a body, send half of the head."""
        return cls(kind="truncate", fraction=fraction, **when)

    @classmethod
    def drip(cls, seconds: float, **when: Unpack[When]) -> Fault:
        """Send the answer one byte every `seconds`, then close the connection."""
        return cls(kind="drip", seconds=seconds, **when)

    @classmethod
    def stall(cls, seconds: float = FOREVER, **when: Unpack[When]) -> Fault:
        """Wait for `seconds`, by default forever, then continue."""
        return cls(kind="stall", seconds=seconds, **when)

    @classmethod
    def latency(cls, seconds: float, max_seconds: float | None = None, **when: Unpack[When]) -> Fault:
        """Delay the answer by `seconds`, or by a random time between `seconds` and `max_seconds`."""
        return cls(kind="latency", seconds=seconds, max_seconds=max_seconds, **when)

    @classmethod
    def revoke_tokens(cls, **when: Unpack[When]) -> Fault:
        """Revoke all tokens issued so far, including the token of the request."""
        return cls(kind="revoke", **when)


class _Members(Struct):
    """The types and bounds of a fault's members."""

    kind: Kind
    operation: str | None
    at: tuple[Ordinal, ...]
    every: Ordinal | None
    probability: Annotated[float, Meta(ge=0, le=1)] | None
    times: Count | None
    after_processing: bool
    status_code: int
    body: str
    content_type: str
    headers: dict[str, str]
    seconds: Seconds
    max_seconds: Seconds | None
    fraction: float


class TriggeredFault(Struct, frozen=True):
    """A fault triggered by one request; its random duration is fixed."""

    fault: Fault
    seconds: float = 0.0


class FaultInForce(Struct, frozen=True):
    """An active fault, the number of requests that could have triggered it, and the number of those that did."""

    fault: Fault
    seen: int
    triggered: int


class _Rule:
    """An active fault, the number of requests it has seen, and the number it has affected."""

    __slots__ = ("_count", "_random", "_seen", "fault")

    def __init__(self, fault: Fault, seed: str) -> None:
        self.fault = fault
        self._random = Random(seed)
        self._seen = 0
        self._count = 0

    def draw(self, operation: str) -> TriggeredFault | None:
        fault = self.fault
        if operation != fault.operation and (fault.operation is not None or operation == TOKEN):
            return None
        self._seen += 1
        if not self._falls_due() or (fault.times is not None and self._count >= fault.times):
            return None
        self._count += 1
        if fault.max_seconds is None:
            return TriggeredFault(fault, fault.seconds)
        return TriggeredFault(fault, self._random.uniform(fault.seconds, fault.max_seconds))

    def state(self) -> FaultInForce:
        return FaultInForce(self.fault, self._seen, self._count)

    def _falls_due(self) -> bool:
        fault = self.fault
        if fault.at:
            return self._seen in fault.at
        if fault.every is not None:
            return self._seen % fault.every == 0
        return fault.probability is None or self._random.random() < fault.probability


class FaultPlan:
    """The active faults; a request triggers them in the order of `rules`."""

    def __init__(self, *, seed: int = 0, rules: Iterable[Fault] = ()) -> None:
        self.triggered: Counter[str] = Counter()
        self._seed = seed
        self._added = 0
        self._rules: list[_Rule] = []
        self.add(*rules)

    def add(self, *faults: Fault) -> None:
        """Activate additional faults; each counts requests from now on."""
        for fault in faults:
            if not isinstance(cast("object", fault), Fault):
                raise TypeError(f"faults: must be made by Fault, as in Fault.status(503), not {type(fault).__name__}")
            self._rules.append(_Rule(fault, f"{self._seed}:{self._added}"))
            self._added += 1

    def in_force(self) -> list[FaultInForce]:
        """Return the active faults in the order in which they were added."""
        return [rule.state() for rule in self._rules]

    @property
    def any(self) -> bool:
        """Whether any fault is active."""
        return bool(self._rules)

    def clear(self) -> None:
        """Deactivate all faults; `triggered` keeps its counts."""
        self._rules.clear()

    def draw(self, operation: str) -> tuple[TriggeredFault, ...]:
        """Return the faults that the next request of this operation triggers, and count the request."""
        if not self._rules:
            return ()
        triggered = tuple(one for rule in self._rules if (one := rule.draw(operation)) is not None)
        self.triggered.update(one.fault.kind for one in triggered)
        return triggered
