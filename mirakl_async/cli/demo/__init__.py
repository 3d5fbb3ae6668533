"""The demo: pushes sample orders into the simulator and compares them with what the simulator holds."""
