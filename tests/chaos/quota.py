"""How many processes are to be killed by the long run, and how many were."""

from __future__ import annotations

import os
from collections import Counter

LONG = {"sqlite": 70, "redis": 32, "postgres": 16, "sqs": 12}
"""SIGKILLs of processes that work on a queue, by the kind of queue; `MIRAKL_CHAOS_<KIND>_KILLS` sets another number."""
COUNTED: Counter[str] = Counter()
"""What the tests of this process killed, servers and those that put orders included."""


def of(kind: str) -> int:
    """How many the long run has."""
    return int(os.environ.get(f"MIRAKL_CHAOS_{kind.upper()}_KILLS", LONG[kind]))
