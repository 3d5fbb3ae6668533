"""The Redis journal: what every journal does, and what is its own (owners of claims, silence, servers that forget)."""

from __future__ import annotations

import pytest

from mirakl_async.redis.journal import RedisJournal
from tests.unit.journal.conformance import JournalConformance


class TestAsEveryJournal(JournalConformance):
    @pytest.fixture
    def make(self, redis_url):
        return lambda: RedisJournal(redis_url)
