"""The test suite. Its tools are imported as tests.support.NAME: tests.support.faultproxy, tests.support.raw_server."""
