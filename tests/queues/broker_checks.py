"""What has to hold when a lease expires and when a reply is lost: the same for each broker that stores messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from mirakl_async.queues.protocol import RejectedRow
from tests.support.reply_losing_proxy import ReplyLosingProxy

CALLS = ("put", "put_at", "receive", "extend", "ack", "release", "reject", "replace", "replay", "waiting")
ROW = RejectedRow(id="1", kind="server", reason="no")


async def drain(queue: Any) -> list[bytes]:
    """All bodies that are to be had now, acknowledged."""
    found: list[bytes] = []
    while messages := await queue.receive(10, wait=0.05):
        found += [message.body for message in messages]
        await queue.ack(messages)
    return found


async def check_expired_lease(one: Any, two: Any) -> None:
    """What is given back counts as no delivery; what `one` lost to `two`, since its lease expired, it cannot change."""
    await one.put([b"a"])
    for _ in range(3):
        [message] = await one.receive(1, wait=1)
        assert message.deliveries == 1
        await one.release([message])
    [message] = await one.receive(1, wait=1)
    [again] = await two.receive(1, wait=3)
    assert again.deliveries == 2
    await one.release([message])  # by its own clock the lease has expired: no other holder loses it
    assert await one.extend([message]) == [message]
    assert await one.replace(message, [b"b"]) is False
    assert not await one.receive(1, wait=0)
    assert not await one.ack([message])


async def check_lost_reply(
    which: str,
    proxy: ReplyLosingProxy,
    queue: Any,
    other: Any,
    *,
    released_before: str,
    end_leases: Callable[[], Awaitable[None]],
    wait: float = 0,
    prepare: Callable[[], object] = lambda: None,
) -> None:
    """`queue` is asked through the proxy and `other` directly; `end_leases` lets all leases at the broker end.

    The call named by `released_before` comes after the first message was released; `prepare` runs before the loss.
    """
    await queue.put([b"a", b"b"])
    await queue.reject(None, [ROW])
    message, second = await queue.receive(2, wait=1)
    prepare()
    if which == released_before:
        await queue.release([message])
    calls = {
        "put": lambda: queue.put([b"c"]),
        "put_at": lambda: queue.put_at([b"c"], "feed", "1"),
        "receive": lambda: queue.receive(1, wait=wait),
        "reclaim": lambda: queue.receive(1, wait=wait),
        "extend": lambda: queue.extend([message]),
        "ack": lambda: queue.ack([message]),
        "release": lambda: queue.release([message]),
        "reject": lambda: queue.reject(message, [RejectedRow(id="2", kind="server", reason="no")]),
        "replace": lambda: queue.replace(message, [b"c"]),
        "replay": lambda: queue.replay([ROW], [b"c"]),
        "waiting": queue.waiting,
    }
    proxy.lose_next()
    found = await calls[which]()
    assert proxy.lost == 1
    assert which not in {"extend", "ack"} or not found
    assert which not in {"reject", "replace"} or found is True
    assert which != "waiting" or found == 2
    assert await queue.cursor("feed") == ("1" if which == "put_at" else None)
    rows = [one.id async for one in queue.rejected()]
    assert rows == {"reject": ["1", "2"], "replay": []}.get(which, ["1"])
    assert not await queue.ack([second])
    left = set(await drain(other))
    await end_leases()
    left |= set(await drain(other))
    put = {b"c"} if which in {"put", "put_at", "replace", "replay"} else set()
    settled = {b"a"} if which in {"ack", "reject", "replace"} else set()
    assert left == ({b"a"} | put) - settled
    assert await queue.waiting() == 0
