"""A stateful simulator of Mirakl: the order operations of Connect, Marketplace Front and the token exchange.

It includes rate limits and faults. It checks requests against the published documents with its own code and imports
nothing of the client, so that it can contradict the client.
"""

from __future__ import annotations

from .addresses import Addresses
from .clock import Clock, InstantClock, ManualClock, RealClock
from .command_report import CommandReport
from .control import Control, OrderRecord, RemoteEvents, RemoteFaults, RemoteSeller, State
from .direct import ExchangeBroken
from .events import Delivery, Events
from .exchange import Answer
from .faults import Fault, FaultPlan
from .front import ExportPlan, FrontControl, FrontState, FrontWorld, ImportPlan, InvalidRow, ListChange, Upload
from .judge import Finding, Judgement
from .pipeline import RequestRecord
from .process import SimulatorProcess
from .ratelimits import DOCUMENTED, Traffic, Window
from .seller import OfferState, Seller
from .server import Simulator
from .world import OrderKey, World, digest_of

__all__ = [
    "DOCUMENTED",
    "Addresses",
    "Answer",
    "Clock",
    "CommandReport",
    "Control",
    "Delivery",
    "Events",
    "ExchangeBroken",
    "ExportPlan",
    "Fault",
    "FaultPlan",
    "Finding",
    "FrontControl",
    "FrontState",
    "FrontWorld",
    "ImportPlan",
    "InstantClock",
    "InvalidRow",
    "Judgement",
    "ListChange",
    "ManualClock",
    "OfferState",
    "OrderKey",
    "OrderRecord",
    "RealClock",
    "RemoteEvents",
    "RemoteFaults",
    "RemoteSeller",
    "RequestRecord",
    "Seller",
    "Simulator",
    "SimulatorProcess",
    "State",
    "Traffic",
    "Upload",
    "Window",
    "World",
    "digest_of",
]
