"""Connect's events: what it puts on a connector's queue, decoded into a struct for each type.

`decode` reads one message. The structs are in `mirakl_async.models.connect_events`: nine commands and four facts.
"""

from __future__ import annotations

from ..errors import InvalidEvent
from ..model import Command, Event, Fact
from .decode import UnknownEvent, decode

__all__ = ["Command", "Event", "Fact", "InvalidEvent", "UnknownEvent", "decode"]
