"""The rate limits of calls: policies, token buckets, and a limiter that processes share in Redis."""
