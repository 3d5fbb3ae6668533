"""A queue of Amazon SQS, standard or FIFO.

**Batches.** SQS responds to a batch with 200 and lists the entries that failed. Only those entries are retried, unless
SQS reports a fault of the sender. An entry that the response does not list has failed as well.

**Leases.** Each delivery has its own receipt handle, and the newest handle settles the message. SQS may accept an older
handle without deleting the message, so an acknowledgement after the end of the lease is not confirmed. SQS does not
extend the visibility timeout of a delivery beyond 12 hours.

**FIFO.** Each body gets its own MessageDeduplicationId, which a retry of the request reuses: deduplication by content
would drop a body that was put before. Each body also gets its own group, so that no message waits for another.

**Text.** SQS accepts the characters of XML 1.0. Of the characters of JSON text, only U+FFFE and U+FFFF are excluded;
they are escaped.

**Counting.** SQS only estimates the number of messages, so `waiting` returns None, and a job ends after `idle` seconds.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import uuid4

from ..errors import ConfigurationError, QueueError, QueueLost
from .bodies import check_sizes, chunks
from .broker_source import MIN_BYTES_PER_SECOND, REPLY_TIMEOUT, TYPICAL_BYTES, BrokerDelivery, BrokerSource
from .leases import DEFAULT_LEASE
from .outages import DEFAULT_MAX_OUTAGE, BrokerOutage

__all__ = ["ACCESS_DENIED", "BATCH_SIZE", "THROTTLED", "TRANSIENT_ERRORS", "SqsQueue"]

try:
    from botocore import exceptions, parsers  # type: ignore[import-untyped] # pyright: ignore[reportMissingTypeStubs]

    from .sqs_opening import make_client, split_url, warn_about_settings
except ImportError as _missing:
    raise ConfigurationError("SqsQueue needs the extra: pip install 'mirakl-async[sqs]'") from _missing

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ..clock import Clock

T = TypeVar("T")
boto: Any = cast("Any", exceptions)
TRANSIENT_ERRORS: tuple[type[Exception], ...] = (
    OSError,
    boto.ConnectionError,
    boto.HTTPClientError,
    boto.IncompleteReadError,
    boto.MetadataRetrievalError,
    boto.CredentialRetrievalError,
    cast("Any", parsers).ResponseParserError,
)
THROTTLED = re.compile(r"(?i)thrott|TooManyRequests|RequestLimitExceeded|OverLimit|ServiceUnavailable|Internal")
ACCESS_DENIED = re.compile(
    r"Access|Auth|Token|Signature|UnrecognizedClient|InvalidClient|OptIn|InvalidSecurity|TooSkewed|InvalidAddress"
)
BATCH_SIZE, MAX_BATCH_BYTES = 10, 1024 * 1024
MAX_VISIBILITY = 43_200


class SqsQueue(BrokerSource):
    """A queue of Amazon SQS by its URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/orders", or with sqs://.

    Credentials come from the places where the AWS tools look for them, or from an aiobotocore `session`. A given
    `client` stays open, and retries as it is configured; the client that this class creates does not retry. While SQS
    is unreachable or throttles, calls are retried for `max_outage` seconds.
    """

    max_lease: float | None = MAX_VISIBILITY
    closing_wait: float = 6.0

    def __init__(
        self,
        url: str,
        *,
        session: Any = None,
        client: Any = None,
        lease: float = DEFAULT_LEASE,
        max_outage: float = DEFAULT_MAX_OUTAGE,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(lease, max_outage, clock)
        self._parts = split_url(url)
        self._name = self._parts.path.rpartition("/")[2]
        self.max_bytes: int = 0
        self._client, self._session = client, session
        self._own: Any = None
        self._visibility = math.ceil(lease)
        self._fifo = self._name.endswith(".fifo")

    def __repr__(self) -> str:
        return f"<SqsQueue {self._name!r} of {self._parts.hostname}>"

    async def _open(self) -> None:
        if self._client is None:
            self._client = await self._retry_and_translate(self._connect)
        answer = await self._call("get_queue_attributes", AttributeNames=["All"])
        if not (attributes := answer.get("Attributes")):
            raise ConfigurationError(f"{self!r}: the server's response is not that of SQS; check the URL")
        self.max_bytes = int(attributes.get("MaximumMessageSize", TYPICAL_BYTES))
        warn_about_settings(repr(self), attributes)

    async def _connect(self) -> Any:
        own = make_client(self._session, self._parts)
        client = await own.__aenter__()
        self._own = own
        return client

    async def _close(self) -> None:
        if self._own is not None:
            await self._own.__aexit__(None, None, None)

    # -- putting

    async def put(self, bodies: Sequence[bytes]) -> None:
        """Add a message for each body, which must be JSON text; all are durable on return."""
        self._check_open()
        check_sizes(repr(self), bodies, self.max_bytes)
        escaped = [_escape(body) for body in bodies]
        check_sizes(repr(self), escaped, self.max_bytes)
        try:
            texts = [body.decode() for body in escaped]
        except UnicodeDecodeError:
            raise QueueError(f"{self!r}: a body is not UTF-8 text, which SQS requires") from None
        entries: list[dict[str, Any]] = [{"Id": str(number), "MessageBody": text} for number, text in enumerate(texts)]
        if self._fifo:
            for entry in entries:
                entry["MessageGroupId"] = entry["MessageDeduplicationId"] = uuid4().hex
        ready = iter(entries)
        for chunk in chunks(escaped, MAX_BATCH_BYTES):
            sent = [next(ready) for _ in chunk]
            if failed := await self._batch("send_message_batch", sent, sum(map(len, chunk))):
                raise QueueError(f"{self!r} rejected {len(failed)} bodies: {', '.join({*failed.values()})}")

    # -- receiving

    async def _pull(self, limit: int, wait: float) -> Sequence[BrokerDelivery]:
        wait = min(wait, self.lease / 4)  # the lease is measured from the request
        seconds = round(wait)
        found = await self._receive(limit, seconds)
        if not found and not seconds and wait > 0:  # SQS only waits for whole seconds
            await asyncio.sleep(wait)
            found = await self._receive(limit, 0)
        return found

    async def _receive(self, limit: int, seconds: int) -> Sequence[BrokerDelivery]:
        options = {"ReceiveRequestAttemptId": uuid4().hex} if self._fifo else {}  # a retry gets the same messages

        async def attempt() -> Sequence[BrokerDelivery]:
            since = self._clock.monotonic()
            answer = await self._send(
                "receive_message",
                seconds + self._seconds(limit),
                MaxNumberOfMessages=min(limit, BATCH_SIZE),
                VisibilityTimeout=self._visibility,
                WaitTimeSeconds=seconds,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
                **options,
            )
            return self._hold([_delivery(message) for message in answer.get("Messages", ())], since)

        return await self._retry_and_translate(attempt)

    async def _extend(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        entries = _entries(messages, VisibilityTimeout=self._visibility)
        failed = await self._batch("change_message_visibility_batch", entries, outage=self.lease / 3)
        return {message.id for number, message in enumerate(messages) if str(number) not in failed}

    async def _ack(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        failed = await self._batch("delete_message_batch", _entries(messages))
        return {one.id for number, one in enumerate(messages) if str(number) not in failed and self._holds(one)}

    async def _release(self, messages: Sequence[BrokerDelivery]) -> None:
        entries = _entries(messages, VisibilityTimeout=0)
        with suppress(*TRANSIENT_ERRORS, boto.ClientError, boto.BotoCoreError):
            for at in range(0, len(entries), BATCH_SIZE):
                await self._send("change_message_visibility_batch", Entries=entries[at : at + BATCH_SIZE])

    async def waiting(self) -> None:
        """Return None: SQS does not report an exact number of messages."""

    # -- SQS

    async def _batch(
        self, operation: str, entries: list[dict[str, Any]], size: int = 0, outage: float | None = None
    ) -> dict[str, str]:
        """Send entries, ten per request, and retry those that failed; return the codes of rejected entries by id."""
        final: dict[str, str] = {}
        waits = BrokerOutage(
            repr(self), self._max_outage if outage is None else min(outage, self._max_outage), self._clock
        )
        while entries:
            batch, entries = entries[:BATCH_SIZE], entries[BATCH_SIZE:]
            answer = await self._call(operation, size / MIN_BYTES_PER_SECOND, Entries=batch)
            failed = {entry["Id"]: entry for entry in answer.get("Failed", ())}
            final |= {key: entry["Code"] for key, entry in failed.items() if _is_final(entry)}
            done = {entry["Id"] for entry in answer.get("Successful", ())} | final.keys()
            if again := [entry for entry in batch if entry["Id"] not in done]:
                codes = {failed[entry["Id"]]["Code"] for entry in again if entry["Id"] in failed}
                await waits.wait(f"{len(again)} entries of {operation} failed: {', '.join(codes) or 'no error code'}")
                entries = again + entries
        return final

    async def _call(self, operation: str, seconds: float = 0.0, **arguments: Any) -> dict[str, Any]:
        return await self._retry_and_translate(lambda: self._send(operation, seconds, **arguments))

    async def _send(self, operation: str, seconds: float = 0.0, **arguments: Any) -> dict[str, Any]:
        async with asyncio.timeout(REPLY_TIMEOUT + seconds):
            return cast(
                "dict[str, Any]", await getattr(self._client, operation)(QueueUrl=self._parts.geturl(), **arguments)
            )

    async def _retry_and_translate(self, operation: Callable[[], Awaitable[T]]) -> T:
        """Run an operation with retries, and translate AWS errors.

        Only the codes of AWS errors are shown, because their texts contain signatures.
        """
        try:
            return await self._retry(operation, _is_transient)
        except boto.ClientError as error:
            code, action = _code(error), error.operation_name
        except boto.BotoCoreError as error:
            raise ConfigurationError(
                f"{self!r}: {type(error).__name__}; check the AWS credentials and settings"
            ) from None
        if "NonExistentQueue" in code or code == "QueueDoesNotExist":
            if not self.max_bytes:
                raise ConfigurationError(f"{self!r} does not exist in this account and region; check its URL")
            raise QueueLost(f"{self!r} was deleted with its messages; read their sources again")
        if ACCESS_DENIED.search(code):
            right = f"sqs:{action.removesuffix('Batch')}"
            raise ConfigurationError(f"{self!r}: AWS denied {right} ({code}); check the credentials and their policy")
        raise QueueError(f"{self!r}: AWS rejected {action}: {code}")


def _escape(body: bytes) -> bytes:
    if b"\xef\xbf\xbe" in body or b"\xef\xbf\xbf" in body:
        return body.replace(b"\xef\xbf\xbe", rb"\ufffe").replace(b"\xef\xbf\xbf", rb"\uffff")
    return body


def _delivery(message: dict[str, Any]) -> BrokerDelivery:
    count = message.get("Attributes", {}).get("ApproximateReceiveCount")
    body = message["Body"].encode()
    return BrokerDelivery(message["MessageId"], body, None if count is None else int(count), message["ReceiptHandle"])


def _entries(messages: Sequence[BrokerDelivery], **options: Any) -> list[dict[str, Any]]:
    return [{"Id": str(number), "ReceiptHandle": one.receipt, **options} for number, one in enumerate(messages)]


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _is_final(entry: dict[str, Any]) -> bool:
    return bool(entry.get("SenderFault")) and not THROTTLED.search(entry["Code"])


def _is_transient(error: Exception) -> bool:
    if isinstance(error, boto.ClientError):
        status = cast("Any", error).response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or status == 429 or THROTTLED.search(_code(error)) is not None
    return isinstance(error, TRANSIENT_ERRORS)
