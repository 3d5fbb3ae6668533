"""The test suite. Its tools are imported as tests.NAME: tests.faultproxy, tests.rawserver."""
