from tests.support.redis_server import redis_server, redis_url, shared_redis  # noqa: F401 - fixtures
