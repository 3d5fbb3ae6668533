"""The contract tests need the published documents; without them they are skipped, and say so."""

from __future__ import annotations

import pytest

from tests.contract import documents


@pytest.fixture(autouse=True, scope="session")
def _documents_are_there() -> None:
    if documents.folder() is None:
        pytest.skip(f"{documents.VARIABLE} is not set: it names the folder that holds Mirakl's OpenAPI documents")
