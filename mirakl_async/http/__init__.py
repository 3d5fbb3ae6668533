"""One HTTP call: its request, the transport that repeats it, the wire under it, and what its answer means."""
