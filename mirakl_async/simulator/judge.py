"""The judge: records violations of the contract by callers that the simulator did not reject.

It checks rates, sizes, paging, hosts and repeated writes. Every request is checked once, when it is processed; of its
content only digests are stored. A finding states what happened and what to do. Advice concerns calls that violate no
rule but are unnecessary.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Literal, cast

from msgspec import DecodeError, Struct, json

from .clock import Clock
from .command_report import CommandReport
from .exchange import Answer, Call, Service
from .ratelimits import DOCUMENTED, SlidingWindows
from .tokens import Tokens

__all__ = ["MAX_ITEMS", "MAX_REMEMBERED_WRITES", "UNSAFE", "Finding", "Judge", "Judgement", "Rule"]

Rule = Literal["rates", "sizes", "paging", "hosts", "repeated", "commands", "refused", "tokens"]
MAX_ITEMS: Mapping[str, int] = {
    "upsertOrders": 100,
    "updateAnonymizeAfterDate": 100,
    "upsertReturns": 100,
    "upsertCarriers": 5000,
    "updateStoreCatalogItems": 10_000,
    "OR04": 100,
    "OR07": 100,
    "RT01": 200,
    "RT25": 100,
    "RT29": 100,
    "RT51": 200,
    "ST01": 1000,
    "ST06": 1000,
    "ST23": 1000,
    "ST24": 1000,
    "ST26": 1000,
}
"""The maximum number of items in one call of an operation."""

UNSAFE = frozenset({"M12", "OR30", "OR42", "OR43", "OR74", "P41", "RT01", "RT51", "S32", "ST01"})
"""Operations that have another effect when sent again: a second message, return, shipment, import or document."""

MAX_REMEMBERED_WRITES = 100_000
IN_FLIGHT_SECONDS = 0.25
"""A call within this time after a 429 was sent before its caller could read the 429."""

MIN_CALLS_FOR_ADVICE = 10


class Finding(Struct, frozen=True):
    """A rule that callers of an operation violated `count` times; with `advice`, no rule was violated."""

    rule: Rule
    operation: str
    count: int
    message: str
    advice: bool = False

    def __str__(self) -> str:
        return f"{self.rule}: {self.operation}: {self.message}"


class Judgement(Struct, frozen=True):
    """The findings about `calls` requests: the most serious kinds first, then advice."""

    calls: int
    findings: list[Finding]

    def __str__(self) -> str:
        if not self.findings:
            return f"{self.calls} calls, none against the contract"
        return "\n".join([f"{self.calls} calls:", *(f"- {finding}" for finding in self.findings)])

    def of(self, *rules: Rule) -> list[Finding]:
        """Return the findings for these rules."""
        return [finding for finding in self.findings if finding.rule in rules]

    def check(self, *rules: Rule, advice: bool = False) -> None:
        """Raise AssertionError for findings of these rules, or of all rules if none is given.

        With `advice`, advice counts as a finding, too.
        """
        found = [
            str(finding)
            for finding in self.findings
            if (not rules or finding.rule in rules) and (advice or not finding.advice)
        ]
        if found:
            raise AssertionError("\n".join(["callers broke the contract:", *(f"- {one}" for one in found)]))


class _Paging:
    """The pages of one list that one caller requested."""

    def __init__(self) -> None:
        self.first_pages = 0
        self.followed = 0
        self.small = 0
        self.without_effect = 0
        self.size = 0


class Judge:
    """Checks requests while they are processed.

    `lists` maps each paged operation to its kind of paging and its maximum page size.
    """

    def __init__(self, clock: Clock, tokens: Tokens, lists: Mapping[str, tuple[str, int]]) -> None:
        self.calls: int = 0
        self._clock = clock
        self._tokens = tokens
        self._lists = lists
        self._began = clock.monotonic()
        self._documented = SlidingWindows("documented", clock)
        self._paused: dict[tuple[str, str], tuple[float, float]] = {}
        self._hasty: Counter[str] = Counter()
        self._hosts: Counter[tuple[str, str]] = Counter()
        self._oversized: Counter[str] = Counter()
        self._refused: Counter[tuple[str, int]] = Counter()
        self._paging: dict[tuple[str, str], _Paging] = {}
        self._written: dict[bytes, None] = {}
        self._order_of_writes: deque[bytes] = deque()
        self._repeated: Counter[str] = Counter()
        self._done: Counter[str] = Counter()

    def arrived(self, service: Service, operation: str, authorization: str) -> None:
        """Check the host and the credential of a request."""
        self.calls += 1
        if not authorization or (service.guarded and service.takes_keys):
            return
        known = self._tokens.credential(authorization, keys=True)
        if known is not None and (not service.guarded or self._tokens.bearer(authorization) is None):
            self._hosts[service.name, operation] += 1

    def admitted(self, credential: str, operation: str) -> None:
        """Count a request with a valid credential against the documented rates."""
        if operation in DOCUMENTED:
            self._documented.admit(credential, operation)
        paused = self._paused.get((credential, operation))
        if paused is not None and paused[0] < self._clock.monotonic() < paused[1]:
            self._hasty[operation] += 1

    def throttled(self, credential: str, operation: str, seconds: float) -> None:
        """Record a 429 answer with a Retry-After."""
        now = self._clock.monotonic()
        self._paused[credential, operation] = (now + IN_FLIGHT_SECONDS, now + seconds)

    def processed(self, call: Call, answer: Answer) -> None:
        """Check a request that was answered."""
        operation = call.operation
        if 400 <= answer.status < 500:
            self._refused[operation, answer.status] += 1
            if answer.status == 413 or _items(call) > MAX_ITEMS.get(operation, 1 << 62):
                self._oversized[operation] += 1
            return
        self._done[operation] += 1
        if operation in self._lists:
            self._see_page(call, answer)
        elif operation in UNSAFE:
            self._see_write(call)

    def _see_page(self, call: Call, answer: Answer) -> None:
        paging, largest = self._lists[call.operation]
        seen = self._paging.setdefault((call.credential, call.operation), _Paging())
        query = call.query
        if paging == "seek":
            seen.without_effect += bool(query.keys() & {"offset", "max"})
            follows, more = "page_token" in query, b'"next_page_token":' in answer.body
            size = query.get("limit", "")
        else:
            follows, more = query.get("offset", "0") != "0", 'rel="next"' in answer.headers.get("Link", "")
            size = query.get("max", "10")
        if follows:
            seen.followed += 1
            seen.small += bool(seen.size) and seen.size < largest // 2
        elif more:
            seen.first_pages += 1
            seen.size = int(size) if size else 0

    def _see_write(self, call: Call) -> None:
        _, _, boundary = call.headers.get("Content-Type", "").partition("boundary=")
        body = call.body.replace(boundary.strip('"').encode(), b"") if boundary else call.body
        seen = blake2b(f"{call.operation} {call.url} {call.pairs}\n".encode(), digest_size=16)
        seen.update(body)
        mark = seen.digest()
        if mark in self._written:
            self._repeated[call.operation] += 1
            return
        self._written[mark] = None
        self._order_of_writes.append(mark)
        if len(self._order_of_writes) > MAX_REMEMBERED_WRITES:
            del self._written[self._order_of_writes.popleft()]

    def judgement(self, commands: CommandReport, *, orders: int) -> Judgement:
        """Return the findings so far; `orders` is the number of orders sent with upsertOrders."""
        findings = [
            *self._of_rates(),
            *self._of_sizes(orders),
            *self._of_paging(),
            *self._of_hosts(),
            *self._of_writes(),
            *_of_commands(commands),
            *self._of_refusals(),
            *self._of_tokens(),
        ]
        return Judgement(self.calls, sorted(findings, key=lambda finding: finding.advice))

    def _of_rates(self) -> Iterable[Finding]:
        for operation, traffic in self._documented.by_operation().items():
            window = DOCUMENTED[operation]
            if traffic.refused:
                allowed = f"{window.calls} in {window.seconds:g} s"
                words = f"{traffic.refused} calls came above the documented {allowed}; pace them"
                yield Finding("rates", operation, traffic.refused, words)
        for operation, count in self._hasty.items():
            words = f"{count} calls came before the time that Retry-After asked to wait was over"
            yield Finding("rates", operation, count, words)

    def _of_sizes(self, orders: int) -> Iterable[Finding]:
        for operation, count in self._oversized.items():
            most = MAX_ITEMS.get(operation)
            words = f"{count} calls were larger than allowed" + (f"; one may hold {most} items" if most else "")
            yield Finding("sizes", operation, count, words)
        calls = self._done["upsertOrders"]
        if calls >= MIN_CALLS_FOR_ADVICE and orders < calls * 10:
            words = f"{calls} calls held {orders / calls:.1f} orders each; one call can hold 100"
            yield Finding("sizes", "upsertOrders", calls, words, advice=True)
        small = Counter[str]()
        for (_, operation), seen in self._paging.items():
            small[operation] += seen.small
        for operation, count in small.items():
            if count >= MIN_CALLS_FOR_ADVICE:
                words = (
                    f"{count} pages were smaller than half of the {self._lists[operation][1]} rows that one can hold"
                )
                yield Finding("sizes", operation, count, words, advice=True)

    def _of_paging(self) -> Iterable[Finding]:
        for (_, operation), seen in self._paging.items():
            way = "page_token" if self._lists[operation][0] == "seek" else "offset"
            if seen.without_effect:
                words = f"offset and max have no effect in {seen.without_effect} calls; send limit and page_token"
                yield Finding("paging", operation, seen.without_effect, words)
            if seen.first_pages > 2 and not seen.followed:
                words = f"the first page was read {seen.first_pages} times and none after it; follow it with {way}"
                yield Finding("paging", operation, seen.first_pages, words)

    def _of_hosts(self) -> Iterable[Finding]:
        for (service, operation), count in self._hosts.items():
            words = f"a credential was sent {count} times to the host of {service}, which is not meant for it"
            yield Finding("hosts", operation, count, words)

    def _of_writes(self) -> Iterable[Finding]:
        for operation, count in self._repeated.items():
            words = f"{count} calls repeated a write that had taken effect; look for the effect before sending it again"
            yield Finding("repeated", operation, count, words)

    def _of_refusals(self) -> Iterable[Finding]:
        for (operation, status), count in self._refused.items():
            yield Finding("refused", operation, count, f"{count} calls were answered {status}", advice=True)

    def _of_tokens(self) -> Iterable[Finding]:
        counts, life = self._tokens.counts, self._tokens.expires_in
        due = 3 + counts.revoked + 2 * (self._clock.monotonic() - self._began) / max(life, 1.0)
        if counts.granted > due:
            words = f"{counts.granted} tokens were asked for; one is good for {life:g} s, use it again"
            yield Finding("tokens", "token", counts.granted, words, advice=True)


def _of_commands(commands: CommandReport) -> Iterable[Finding]:
    for name, words in (
        ("unanswered", "wait for their outcome; report it with updateActionStatus"),
        ("expired", "had no outcome before they expired"),
        ("wrong", "were reported with another outcome than expected"),
        ("contradicted", "were reported with another outcome after the final one"),
    ):
        ids: list[str] = getattr(commands, name)
        if ids:
            yield Finding("commands", "updateActionStatus", len(ids), f"{len(ids)} commands {words}")


def _items(call: Call) -> int:
    """Return the length of the longest list directly in a JSON body."""
    try:
        value = json.decode(call.body) if call.body[:1] in b"{[" else None
    except (DecodeError, RecursionError):
        return 0
    members = cast("dict[str, object]", value).values() if isinstance(value, dict) else ()
    return max((len(cast("list[object]", one)) for one in members if isinstance(one, list)), default=0)
