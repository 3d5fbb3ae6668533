from tests.flow.sync.conftest import mirakl, start  # noqa: F401 - the same simulator and client
