"""The demo: made-up orders pushed into the simulator, and compared with what it holds."""
