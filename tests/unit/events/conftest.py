from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.postgres_server import postgres_server, shared_postgres  # noqa: F401 - fixtures
from tests.redis_server import shared_redis  # noqa: F401 - a fixture
from tests.unit.events.stores import KINDS, Kind


@pytest.fixture(params=[*KINDS])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Kind:
    """How a store is made, and how its time passes."""
    found = KINDS[request.param](tmp_path)
    if found.needs_server is not None:
        found.server = request.getfixturevalue(found.needs_server)
    return found


@pytest.fixture
async def store(kind: Kind) -> AsyncIterator[Any]:
    """An open store."""
    async with kind.make() as found:
        yield found
