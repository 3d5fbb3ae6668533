"""`mirakl-async demo`: the main job, end to end, against a simulator in a process of its own."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

from cyclopts import Parameter

from .. import codec
from ..auth import ClientCredentials
from ..connect_channel import ConnectChannel
from ..errors import SyncStopped
from ..simulator import OrderKey, SimulatorProcess, State, digest_of
from ..sync.report import Report
from .made_up_orders import ORIGIN, made_up_orders, poisoned
from .progress import live
from .results import Exit, complain, figures, print_json

SHOWN = 10


async def demo(
    *,
    orders: Annotated[int, Parameter(help="how many orders to push")] = 20_000,
    poison: Annotated[int, Parameter(help="how many of them are invalid")] = 3,
    rate: Annotated[
        Literal["maximum", "recommended", "none"], Parameter(help="which documented rate to keep")
    ] = "maximum",
    seed: Annotated[int, Parameter(help="which orders are the invalid ones")] = 0,
    json: Annotated[bool, Parameter(help="print one JSON object and nothing else")] = False,
) -> int:
    """Push made-up orders into an embedded simulator and compare what arrived with what was sent."""
    if orders < 1 or not 0 <= poison <= orders:
        complain("--orders must be at least 1, and --poison between 0 and --orders")
        return Exit.USAGE
    bad = poisoned(orders, poison, seed)
    limit: Literal["none", "documented"] = "none" if rate == "none" else "documented"
    channels = {ORIGIN.channel_id: [ORIGIN.channel_store_id]}
    async with SimulatorProcess(rate_limit=limit, channels=channels, keep="digest") as mirakl:
        addresses = mirakl.addresses
        if not json:
            print(
                f"simulator at {addresses.connect_url}, {orders} orders, {poison} of them invalid, rate {rate}",
                file=sys.stderr,
            )
        connect = ConnectChannel(
            auth=ClientCredentials(addresses.client_id, addresses.client_secret),
            connect_url=addresses.connect_url,
            account_url=addresses.account_url,
            auth_url=addresses.auth_url,
            rate=rate,
        )
        report, refused, stopped = await _push(connect, orders, bad, quiet=json)
        state = await mirakl.control.state()
    same = state.orders == orders - poison and state.digest == _expected(orders, bad)
    _tell(report, refused, state, same=same, as_json=json)
    if stopped is not None:
        complain(stopped)
    if stopped is not None or not same or report.refused != poison:
        return Exit.UNFINISHED
    return Exit.REFUSED if report.refused else Exit.DONE


async def _push(
    connect: ConnectChannel, orders: int, bad: frozenset[int], *, quiet: bool
) -> tuple[Report, list[str], SyncStopped | None]:
    refused: list[str] = []
    with live("orders", orders, quiet=quiet) as progress:
        async with connect:
            sync = connect.orders.sync(made_up_orders(orders, bad), origin=ORIGIN, progress=progress)
            try:
                async with sync:
                    async for entry in sync.refused():
                        refused.append(str(entry))
            except SyncStopped as stopped:
                return sync.report, refused, stopped
            return sync.report, refused, None


def _expected(orders: int, bad: frozenset[int]) -> str:
    """The digest of exactly the valid orders, each once, byte for byte."""
    good = (order for number, order in enumerate(made_up_orders(orders, bad)) if number not in bad)
    return digest_of(
        (OrderKey(ORIGIN.channel_id, ORIGIN.channel_store_id, order.channel_order_id), codec.encode(order))
        for order in good
    )


def _tell(report: Report, refused: list[str], state: State, *, same: bool, as_json: bool) -> None:
    most = max((traffic.highest_seen for traffic in state.traffic.values()), default=0)
    comparison = {"orders_held": state.orders, "identical": same, "busiest_window": most, "answers_429": state.limited}
    if as_json:
        print_json({**figures(report), "simulator": comparison, "refusals": refused})
        return
    print(report)
    for line in refused[:SHOWN]:
        print(f"refused: {line}")
    if len(refused) > SHOWN:
        print(f"... and {len(refused) - SHOWN} more")
    verdict = "exactly what was sent" if same else "NOT what was sent"
    print(
        f"the simulator holds {state.orders} orders, {verdict}; at most {most} calls in any window, {state.limited} times 429"
    )
