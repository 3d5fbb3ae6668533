"""For tests of programs that use this package: clients and a wire for the simulator, and pytest's fixtures.

It knows both the client and the simulator, which know nothing of each other.
"""
