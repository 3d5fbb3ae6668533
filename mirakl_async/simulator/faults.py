"""What goes wrong, and when: faults as data, and the plan that decides which of them strike a request.

A fault strikes before the service has seen the request, or, with `after_apply`, when its answer is ready: then the
work is done and the client never learns it. Those two cannot be told apart from outside, which is the point.

The same seed and the same sequence of requests give the same faults; each fault draws from a generator of its own,
so that adding one does not move the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Annotated, Literal, TypedDict, Unpack

from msgspec import Meta, Struct
from msgspec.structs import asdict

from .arguments import Count, Ordinal, Seconds, check
from .tokens import OPERATION as TOKEN

Kind = Literal["status", "reset", "hang_up", "truncate", "drip", "stall", "latency", "revoke"]

FOREVER = 1e9


class When(TypedDict, total=False):
    """Which requests a fault strikes.

    `operation` names the only operation struck ("token" is the token exchange); None strikes every operation but
    that. Of the requests it could strike, counted from 1, it strikes those in `at`, else every `every`th, else each
    with `probability`, else all; `times` bounds how often it strikes altogether.
    """

    operation: str | None
    at: tuple[int, ...]
    every: int | None
    probability: float | None
    times: int | None
    after_apply: bool


class Fault(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that goes wrong; made by the class methods below, each taking the keywords of `When` too.

    As JSON, for the control plane, it is an object of these members.
    """

    kind: Kind
    operation: str | None = None
    at: tuple[int, ...] = ()
    every: int | None = None
    probability: float | None = None
    times: int | None = None
    after_apply: bool = False
    code: int = 503
    body: str = ""
    content_type: str = "text/plain"
    headers: dict[str, str] = {}
    seconds: float = 0.0
    most_seconds: float | None = None
    share: float = 0.5

    def __post_init__(self) -> None:
        check(_Members, asdict(self))
        if self.most_seconds is not None and self.most_seconds < self.seconds:
            raise ValueError("most_seconds must not be less than seconds")
        if not 0 <= self.share < 1:
            raise ValueError("share must lie between 0 and 1, and leave something out")
        if not 200 <= self.code < 600:
            raise ValueError("code must be an HTTP status of a final answer, 200 to 599")

    @property
    def strikes_after(self) -> bool:
        """Whether the work is done before this strikes; a fault that spoils an answer always waits for one."""
        return self.after_apply or self.kind in {"hang_up", "truncate", "drip"}

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
        """Answer with this status, by default without a body, and with Retry-After as given."""
        sent = dict(headers or {})
        if retry_after is not None:
            sent["Retry-After"] = str(retry_after)
        return cls(kind="status", code=code, body=body, content_type=content_type, headers=sent, **when)

    @classmethod
    def html(cls, code: int = 502, **when: Unpack[When]) -> Fault:
        """Answer with the HTML page of some proxy."""
        page = f"<html><head><title>{code}</title></head><body><h1>{code}</h1><hr>proxy</body></html>\n"
        return cls(kind="status", code=code, body=page, content_type="text/html", **when)

    @classmethod
    def reset(cls, **when: Unpack[When]) -> Fault:
        """Reset the connection (TCP RST) before the request's body is read, or in place of its answer."""
        return cls(kind="reset", **when)

    @classmethod
    def hang_up(cls, **when: Unpack[When]) -> Fault:
        """Answer in full, then close the connection without having announced it."""
        return cls(kind="hang_up", **when)

    @classmethod
    def truncate(cls, share: float = 0.5, **when: Unpack[When]) -> Fault:
        """Send the head and this share of the body, then close; of an answer without a body, half of its head."""
        return cls(kind="truncate", share=share, **when)

    @classmethod
    def drip(cls, seconds: float, **when: Unpack[When]) -> Fault:
        """Send the answer a byte at a time, `seconds` apart, then close."""
        return cls(kind="drip", seconds=seconds, **when)

    @classmethod
    def stall(cls, seconds: float = FOREVER, **when: Unpack[When]) -> Fault:
        """Do nothing for `seconds`, by default for ever, then go on."""
        return cls(kind="stall", seconds=seconds, **when)

    @classmethod
    def latency(cls, seconds: float, most_seconds: float | None = None, **when: Unpack[When]) -> Fault:
        """Take `seconds` longer, or anything from `seconds` to `most_seconds`."""
        return cls(kind="latency", seconds=seconds, most_seconds=most_seconds, **when)

    @classmethod
    def revoke_tokens(cls, **when: Unpack[When]) -> Fault:
        """Make all tokens given so far worthless, that of the request struck included."""
        return cls(kind="revoke", **when)


class _Members(Struct):
    """What the members of a fault take."""

    kind: Kind
    operation: str | None
    at: tuple[Ordinal, ...]
    every: Ordinal | None
    probability: Annotated[float, Meta(ge=0, le=1)] | None
    times: Count | None
    after_apply: bool
    code: int
    body: str
    content_type: str
    headers: dict[str, str]
    seconds: Seconds
    most_seconds: Seconds | None
    share: float


class Stroke(Struct, frozen=True):
    """A fault that strikes one request, with the time it takes drawn."""

    fault: Fault
    seconds: float = 0.0


class _Rule:
    """A fault, how many requests it has seen and how many it has struck."""

    __slots__ = ("_random", "_seen", "_struck", "fault")

    def __init__(self, fault: Fault, seed: str) -> None:
        self.fault = fault
        self._random = Random(seed)
        self._seen = 0
        self._struck = 0

    def draw(self, operation: str) -> Stroke | None:
        fault = self.fault
        if operation != fault.operation and (fault.operation is not None or operation == TOKEN):
            return None
        self._seen += 1
        if not self._falls_due() or (fault.times is not None and self._struck >= fault.times):
            return None
        self._struck += 1
        if fault.most_seconds is None:
            return Stroke(fault, fault.seconds)
        return Stroke(fault, self._random.uniform(fault.seconds, fault.most_seconds))

    def _falls_due(self) -> bool:
        fault = self.fault
        if fault.at:
            return self._seen in fault.at
        if fault.every is not None:
            return self._seen % fault.every == 0
        return fault.probability is None or self._random.random() < fault.probability


class FaultPlan:
    """The faults in force, each struck in the order of `rules`."""

    def __init__(self, *, seed: int = 0, rules: Iterable[Fault] = ()) -> None:
        self.struck: Counter[str] = Counter()
        self._seed = seed
        self._added = 0
        self._rules: list[_Rule] = []
        self.add(*rules)

    def add(self, *faults: Fault) -> None:
        """Put further faults in force; each counts requests from now on."""
        for fault in faults:
            self._rules.append(_Rule(fault, f"{self._seed}:{self._added}"))
            self._added += 1

    def clear(self) -> None:
        """Let nothing go wrong from now on; `struck` keeps its counts."""
        self._rules.clear()

    def draw(self, operation: str) -> tuple[Stroke, ...]:
        """Return what strikes the next request of that operation, and count it."""
        if not self._rules:
            return ()
        strokes = tuple(stroke for rule in self._rules if (stroke := rule.draw(operation)) is not None)
        self.struck.update(stroke.fault.kind for stroke in strokes)
        return strokes
