"""The pytest plugin: fixtures for a simulator, its clients, its faults and its clock.

pytest loads the plugin wherever this package is installed. The rest of the package is imported when a fixture is first
used. The fixtures are ordinary functions, so they work with every plugin that runs asynchronous tests.

    @pytest.mark.mirakl(rate_limits="documented", faults=[Fault.status(503, at=(1,))])
    async def test_orders_are_sent(mirakl, mirakl_connect): ...
"""

from __future__ import annotations

import time
from collections.abc import Generator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ..connect_channel import ConnectChannel
    from ..marketplace_front import MarketplaceFront
    from ..simulator import FaultPlan, ManualClock, Simulator

__all__ = [
    "mirakl",
    "mirakl_clock",
    "mirakl_connect",
    "mirakl_faults",
    "mirakl_front",
    "pytest_addoption",
    "pytest_configure",
]

MARKER = (
    "mirakl(sockets=False, faults=(), **arguments): what the simulator of the fixture `mirakl` is made with: "
    "`sockets=True` serves it on real ports, `faults` go wrong, and `arguments` are those of Simulator"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the plugin's setting for a whole project."""
    parser.addini("mirakl_sockets", "serve the fixture `mirakl` on real ports", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker `mirakl`."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def mirakl(request: pytest.FixtureRequest) -> Generator[Simulator, None, None]:
    """A simulated Mirakl for one test, configured by the marker `mirakl`.

    Without sockets, only clients that the simulator creates can reach it: `mirakl_connect`, `mirakl_front`,
    `mirakl.connect_client(...)`.
    """
    from ..simulator import Fault, FaultPlan, Simulator  # noqa: PLC0415
    from .background import serving  # noqa: PLC0415

    arguments = _arguments(request)
    if "mirakl_clock" in request.fixturenames and "clock" not in arguments:
        arguments["clock"] = _clock_at(arguments.pop("now", None))
    faults = arguments.get("faults", ())
    if not isinstance(faults, FaultPlan):
        rules = (faults,) if isinstance(faults, Fault) else faults
        arguments["faults"] = FaultPlan(seed=arguments.get("seed", 0), rules=rules)
    simulator = Simulator(**arguments)
    if not simulator.sockets:
        yield simulator
        return
    with serving(simulator):
        yield simulator


@pytest.fixture
def mirakl_connect(mirakl: Simulator) -> ConnectChannel:
    """A client of the simulated Connect and Account services, ready for use; it is closed when the event loop ends."""
    from .clients import ConnectOpenedOnUse, connect_client  # noqa: PLC0415

    return connect_client(mirakl.addresses, mirakl.client_settings(), ConnectOpenedOnUse)


@pytest.fixture
def mirakl_front(mirakl: Simulator) -> MarketplaceFront:
    """A client of the simulated Marketplace service, ready for use; it is closed when the event loop ends."""
    from .clients import FrontOpenedOnUse, front_client  # noqa: PLC0415

    return front_client(mirakl.addresses, mirakl.client_settings(), FrontOpenedOnUse)


@pytest.fixture
def mirakl_faults(mirakl: Simulator) -> FaultPlan:
    """The faults of the simulated Mirakl; add one with `mirakl_faults.add(Fault.status(503, at=(1,)))`."""
    return mirakl.faults


@pytest.fixture
def mirakl_clock(mirakl: Simulator) -> ManualClock:
    """The clock of the simulated Mirakl and of its clients; `advance(seconds)` and every sleep move it forward."""
    from ..simulator import ManualClock  # noqa: PLC0415

    if not isinstance(mirakl.clock, ManualClock):
        raise pytest.UsageError(
            "mirakl_clock: the simulator was made with a clock that tests cannot move; name the fixture among the "
            "arguments of the test, or give the marker a ManualClock: @pytest.mark.mirakl(clock=ManualClock())"
        )
    return mirakl.clock


def _arguments(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the arguments for the simulator from the markers of a test; the closest marker overrides the others."""
    arguments: dict[str, Any] = {"sockets": request.config.getini("mirakl_sockets")}
    for marker in reversed(list(request.node.iter_markers("mirakl"))):
        if marker.args:
            raise pytest.UsageError("the marker mirakl takes keywords only, as in @pytest.mark.mirakl(seed=1)")
        arguments |= marker.kwargs
    return arguments


def _clock_at(now: datetime | float | None) -> ManualClock:
    from ..simulator.clock import InstantClock, seconds_of  # noqa: PLC0415

    return InstantClock(time.time() if now is None else seconds_of(now))
