"""`mirakl-async demo`: runs a complete order sync against a simulator in another process."""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from msgspec.structs import asdict

from ...connect_channel import ConnectChannel
from ...http.auth import ClientCredentials
from ...simulator import SimulatorProcess
from ..job import JobResult, run
from ..options import AT_LEAST_ONE, AT_LEAST_ZERO, Json, Poison, Updates, whole_number
from ..results import Exit, print_error, print_json, unfinished, usage_error
from ..supervision import Heartbeat, supervised
from .comparison import Comparison, compare
from .kills import KillTestResult, push_through_kills
from .sample_feed import SampleFeed
from .sample_orders import ORIGIN

if TYPE_CHECKING:
    from ...settings import RateUsage

__all__ = ["MAX_OUTAGE", "demo"]

MAX_OUTAGE = 10.0


async def demo(
    *,
    orders: Annotated[
        int, Parameter(help="number of orders to push", validator=AT_LEAST_ONE, converter=whole_number)
    ] = 20_000,
    poison: Poison = 0,
    updates: Updates = 0,
    rate: Annotated[Literal["maximum", "recommended", "none"], Parameter(help="documented rate to keep")] = "maximum",
    kill: Annotated[
        int,
        Parameter(
            help="number of times to kill the pushing process, which has a journal",
            validator=AT_LEAST_ZERO,
            converter=whole_number,
        ),
    ] = 0,
    journal: Annotated[
        str | None,
        Parameter(help="address of the journal, such as redis://host/0/demo, with --kill (default: a SQLite file)"),
    ] = None,
    seed: Annotated[
        int, Parameter(help="seed of what is random; the same seed gives the same orders", converter=whole_number)
    ] = 0,
    heartbeat: Heartbeat = None,
    json: Json = False,
) -> int:
    """Push made-up orders into a simulator and compare what it holds with what was sent.

    The simulator runs in another process and enforces Mirakl's documented rate limits. With --kill the orders are
    pushed by processes that are killed with SIGKILL in the middle, one after another; the next one continues from the
    journal.
    """
    if journal is not None and not kill:
        raise usage_error("--journal needs --kill")
    if poison + updates > orders:
        raise usage_error("--poison and --updates together must not be more than --orders")
    feed = SampleFeed(orders=orders, poison=poison, updates=updates, seed=seed)
    channels = {ORIGIN.channel_id: [ORIGIN.channel_store_id]}
    async with contextlib.AsyncExitStack() as stack:
        try:
            mirakl = await stack.enter_async_context(SimulatorProcess(rate_limits="documented", channels=channels))
        except (RuntimeError, TimeoutError) as error:
            raise unfinished(f"the simulator did not start: {error}") from error
        if not json:
            _announce(feed, rate, mirakl)
        if kill:
            survived = await push_through_kills(mirakl, feed, rate, kill, journal=journal, quiet=json)
            return _print_survival(feed, rate, survived, await compare(mirakl.control, feed.expected), as_json=json)
        outcome = await _push(mirakl, feed, rate, quiet=json, heartbeat=heartbeat)
        comparison = None if outcome.stopped else await compare(mirakl.control, feed.expected)
    _print(feed, rate, outcome, comparison, as_json=json)
    if comparison is None or not comparison.identical or outcome.report.rejected != poison:
        return Exit.UNFINISHED
    return outcome.status


async def _push(
    mirakl: SimulatorProcess, feed: SampleFeed, rate: RateUsage, *, quiet: bool, heartbeat: float | None
) -> JobResult:
    addresses = mirakl.addresses
    connect = ConnectChannel(
        auth=ClientCredentials(addresses.client_id, addresses.client_secret),
        connect_url=addresses.connect_url,
        account_url=addresses.account_url,
        auth_url=addresses.auth_url,
        rate_limit=rate,
    )
    async with connect, supervised(connect, "orders", feed.share, quiet=quiet, heartbeat=heartbeat) as supervisor:
        source = (order for order, _ in feed)
        job = connect.orders.sync(source, origin=ORIGIN, progress=supervisor.progress, max_outage=MAX_OUTAGE)
        return await run(supervisor.watch(job), lambda: job.report.read == len(feed), quiet=quiet)


def _announce(feed: SampleFeed, rate: str, mirakl: SimulatorProcess) -> None:
    again = f", {feed.updates:,} of them a second time" if feed.updates else ""
    print(
        f"pushing {feed.orders:,} made-up orders, {feed.poison:,} of them invalid{again}, at rate {rate}, "
        f"to a simulator at {mirakl.addresses.connect_url}",
        file=sys.stderr,
    )


def _print(feed: SampleFeed, rate: str, outcome: JobResult, comparison: Comparison | None, *, as_json: bool) -> None:
    if as_json:
        held = None if comparison is None else asdict(comparison)
        print_json({**asdict(feed), "rate": rate, **outcome.figures(), "simulator": held})
    else:
        print(outcome.report)
        if comparison is not None:
            print(comparison)
    if outcome.stopped is not None:
        print_error(outcome.stopped, level=logging.ERROR)


def _print_survival(
    feed: SampleFeed, rate: str, survived: KillTestResult, comparison: Comparison, *, as_json: bool
) -> Exit:
    if as_json:
        print_json(
            {
                **asdict(feed),
                "rate": rate,
                **asdict(survived),
                "lost": comparison.missing,
                "simulator": asdict(comparison),
            }
        )
    else:
        kept = survived.journal
        left = f"{kept.waiting} messages waiting, {kept.rejected} orders rejected"
        print(f"killed {survived.kills} times; the journal has {left}")
        print(comparison)
    whole = survived.finished and comparison.identical and not survived.journal.waiting
    if not whole or survived.journal.rejected != feed.poison:
        return Exit.UNFINISHED
    return Exit.REJECTED if feed.poison else Exit.DONE
