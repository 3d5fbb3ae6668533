"""How fast calls may go: policies, token buckets, and a limiter that processes share in Redis."""
