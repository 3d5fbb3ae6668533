"""`python -m mirakl_async.simulator`: prints one line of JSON with the addresses, then serves until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import os
import re
import shlex
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Literal, NoReturn, get_args

from msgspec import ValidationError, json

from .addresses import Addresses
from .connect_errors import ErrorFields
from .front.world import LISTS, Oddities
from .instants import is_instant, nanoseconds
from .ratelimits import RateLimits
from .server import CHANNELS, Simulator
from .world import EqualStamp


def main(argv: Sequence[str] | None = None) -> int:
    """Run a simulator with these arguments until SIGINT or SIGTERM, and return the exit status."""
    arguments = _parser().parse_args(argv)
    simulator = Simulator(
        port=arguments.port,
        hosts=arguments.host or (),
        client_id=arguments.client_id,
        client_secret=arguments.client_secret,
        api_key=arguments.api_key,
        rate_limits=arguments.rate_limit,
        latency=arguments.latency,
        expires_in=arguments.expires_in,
        channels=dict(arguments.channel) if arguments.channel else CHANNELS,
        keep=arguments.keep,
        equal_stamp=arguments.equal_stamp,
        error_fields=arguments.error_fields,
        oddities=arguments.oddities,
        action_seconds=arguments.action_seconds,
        keepalive=arguments.keepalive,
        log_size=arguments.log_size,
        unique_lines=not arguments.any_line_ids,
        seed=arguments.seed,
        now=arguments.now,
        front=dict(arguments.front or ()),
    )
    return asyncio.run(serve(simulator, exit_with_stdin=arguments.exit_with_stdin, env=arguments.env))


async def serve(simulator: Simulator, *, exit_with_stdin: bool = False, env: bool = False) -> int:
    """Serve until SIGINT, SIGTERM or, on request, the end of standard input, and return the exit status.

    Prints one line of JSON, or exports for a shell, as soon as every service listens, and nothing after it.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows, where Ctrl-C arrives as KeyboardInterrupt
            loop.add_signal_handler(number, stop.set)
    if exit_with_stdin:
        threading.Thread(target=_await_end_of_stdin, args=(loop, stop), daemon=True).start()
    try:
        async with simulator:
            # A garbage collection that includes all imported objects stops the process for 30 ms, repeatedly while
            # orders arrive. Calls that arrive in that time would be read together and be counted as a burst.
            gc.freeze()
            # A decoded call of 100 orders consists of 10,000 objects, none of them in a cycle. A garbage collection
            # after every 700 objects would take a sixth of the time.
            gc.set_threshold(50_000, 20, 50)
            addresses = simulator.addresses
            sys.stdout.buffer.write(exports(addresses) if env else json.encode(addresses) + b"\n")
            sys.stdout.buffer.flush()
            await stop.wait()
    except OSError as error:
        sys.stderr.write(f"mirakl-async: the simulator cannot listen: {error.strerror or error}\n")
        return 3
    return 0


def exports(addresses: Addresses) -> bytes:
    """Return the settings that clients read, and the URL of the control plane, as lines for a shell."""
    values = {
        "MIRAKL_CONNECT_URL": addresses.connect_url,
        "MIRAKL_ACCOUNT_URL": addresses.account_url,
        "MIRAKL_AUTH_URL": addresses.auth_url,
        "MIRAKL_FRONT_URL": addresses.front_url,
        "MIRAKL_CLIENT_ID": addresses.client_id,
        "MIRAKL_CLIENT_SECRET": addresses.client_secret,
        "MIRAKL_API_KEY": addresses.api_key,
        "MIRAKL_SIMULATOR_CONTROL_URL": addresses.control_url,
    }
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items()).encode()


def _await_end_of_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    # Read by descriptor: a thread blocked in sys.stdin's lock would disturb the interpreter's exit.
    while os.read(0, 4096):
        pass
    with contextlib.suppress(RuntimeError):  # the loop is closed already
        loop.call_soon_threadsafe(stop.set)


class _Parser(argparse.ArgumentParser):
    """An argument parser that reports usage errors in one line, like every command."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"mirakl-async: {message}. See {self.prog} --help.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="mirakl-async simulator",
        description="Serve a simulator of Mirakl until stopped.",
        epilog="Exit status: 0 stopped by Ctrl-C or SIGTERM, 2 wrong usage, 3 a port cannot be used.",
    )
    parser.add_argument("--port", type=_port, default=0, help="port of Connect; the others take free ones")
    parser.add_argument(
        "--host",
        type=_host,
        action="append",
        metavar="NAME",
        help="name by which other machines reach it, as in a container (repeatable): it then listens on all "
        "interfaces, and the other services take the ports after --port",
    )
    parser.add_argument("--client-id", default="simulator", help="client id that it accepts (default: simulator)")
    parser.add_argument("--client-secret", help="client secret that it accepts (default: random)")
    parser.add_argument("--api-key", help="API key of Marketplace that it accepts (default: random)")
    parser.add_argument("--env", action="store_true", help="print shell exports instead of JSON")
    parser.add_argument(
        "--rate-limit",
        type=_rate_limit,
        default="documented",
        metavar="N",
        help='calls a second of each operation, "documented" (default) or "none"',
    )
    parser.add_argument(
        "--latency",
        type=_latency,
        default=0.0,
        metavar="SECONDS",
        help="seconds until each response, or LOW:HIGH for a random number between them (default: 0)",
    )
    parser.add_argument(
        "--expires-in",
        type=_seconds,
        default=3599.0,
        metavar="SECONDS",
        help="seconds until an access token expires (default: 3599)",
    )
    parser.add_argument(
        "--channel",
        type=_channel,
        action="append",
        metavar="CHANNEL:STORE,STORE",
        help="a channel and its stores, or a JSON list of their ids (repeatable)",
    )
    parser.add_argument(
        "--keep",
        choices=("bytes", "digest"),
        default="bytes",
        help="what is stored of an order: its JSON (default), or only a digest",
    )
    parser.add_argument(
        "--equal-stamp",
        choices=get_args(EqualStamp),
        default="replace",
        help="what a version of an order with the same channel_updated_at does: replace (default), or be ignored",
    )
    parser.add_argument(
        "--error-fields",
        choices=get_args(ErrorFields),
        default="indexed",
        help="whether errors name the invalid members of orders: indexed (default), as in orders[3].status, or none",
    )
    parser.add_argument(
        "--oddities",
        choices=get_args(Oddities),
        default="none",
        help="live: send null in members where live responses of Mirakl have it (default: none)",
    )
    parser.add_argument(
        "--action-seconds",
        type=_seconds,
        default=86_400.0,
        metavar="SECONDS",
        help="seconds until an action of a seller expires (default: 86400)",
    )
    parser.add_argument(
        "--keepalive",
        type=_seconds,
        default=75.0,
        metavar="SECONDS",
        help="seconds until an idle connection is closed (default: 75)",
    )
    parser.add_argument(
        "--log-size", type=_count, default=10_000, metavar="N", help="number of latest requests kept (default: 10000)"
    )
    parser.add_argument(
        "--any-line-ids", action="store_true", help="accept the id of an order line in several orders of a channel"
    )
    parser.add_argument(
        "--front",
        type=_rows,
        action="append",
        metavar="LIST=ROWS",
        help="number of rows in a list of Marketplace at the start, as in orders=44000 (repeatable; default: 25)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="seed of what is random; the same seed gives the same rows (default: 0)"
    )
    parser.add_argument(
        "--now",
        type=_now,
        metavar="DATE-TIME",
        help="time at the start, as 2026-01-31T12:00:00Z (default: the current)",
    )
    parser.add_argument("--exit-with-stdin", action="store_true", help="stop when standard input ends")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port")
    return int(text)


def _host(text: str) -> str:
    if re.fullmatch(r"[a-z0-9.-]+", text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not the name of a host, in lower case and without a port")
    return text


def _rate_limit(text: str) -> RateLimits:
    words: dict[str, Literal["none", "documented"]] = {"none": "none", "documented": "documented"}
    if text in words:
        return words[text]
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'{text!r} is neither a number of calls nor "documented" nor "none"')
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of requests")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return seconds


def _latency(text: str) -> tuple[float, float]:
    low, _, high = text.partition(":")
    try:
        bounds = (float(low), float(high or low))
    except ValueError:
        bounds = (1.0, 0.0)
    if not 0 <= bounds[0] <= bounds[1]:
        raise argparse.ArgumentTypeError(f"{text!r} is neither SECONDS nor LOW:HIGH")
    return bounds


def _now(text: str) -> float:
    if not is_instant(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a date-time with a time zone, as 2026-01-31T12:00:00Z")
    return nanoseconds(text) / 1e9


def _rows(text: str) -> tuple[str, int]:
    name, _, rows = text.partition("=")
    if name not in LISTS or not (rows.isascii() and rows.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not LIST=ROWS with a list of {', '.join(LISTS)}")
    return name, int(rows)


def _channel(text: str) -> tuple[str, list[str]]:
    if text.startswith("["):
        try:
            channel_id, *stores = json.decode(text, type=list[str])
        except (ValidationError, ValueError):
            raise argparse.ArgumentTypeError(f"{text!r} is not a JSON list of a channel and its stores") from None
        return channel_id, stores
    channel_id, _, names = text.partition(":")
    stores = [store for store in names.split(",") if store]
    if not channel_id or not stores:
        raise argparse.ArgumentTypeError(f"{text!r} is not CHANNEL:STORE,STORE")
    return channel_id, stores


if __name__ == "__main__":
    sys.exit(main())
