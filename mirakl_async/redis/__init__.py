"""Many machines that share one allowance, through Redis 6.2 or Valkey.

It is the extra `redis`. Everything that must be decided once is decided by the server, in a script, by its own clock;
machines need not agree on the time. What each part does while Redis is away stands in its module.
"""
