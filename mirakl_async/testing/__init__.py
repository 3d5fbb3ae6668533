"""Support for testing programs that use this package: pytest fixtures, simulator clients and an in-process wire.

This package imports both the client and the simulator, which do not import each other.
"""
