"""Makes the client of an Amazon SQS queue, and checks the settings that would lose messages later."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from aiobotocore.config import AioConfig  # type: ignore[import-untyped] # pyright: ignore[reportMissingTypeStubs]
from aiobotocore.session import get_session  # type: ignore[import-untyped] # pyright: ignore[reportMissingTypeStubs]

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from urllib.parse import SplitResult

__all__ = ["MAX_CONNECTIONS", "REGION", "WEEK", "make_client", "split_url", "warn_about_settings"]

log: logging.Logger = logging.getLogger("mirakl_async")
REGION = re.compile(r"(?:^|[.])([a-z]{2}(?:-[a-z]+)+-\d)[.]")
MAX_CONNECTIONS, CONNECT_TIMEOUT = 50, 5
WEEK, MIN_RECEIVE_COUNT = 7 * 86_400, 20


def split_url(url: str) -> SplitResult:
    """Parse the URL of a queue; sqs:// means https://. Raises ConfigurationError for any other URL."""
    parts = urlsplit("https" + url.removeprefix("sqs") if url.startswith("sqs://") else url)
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or not re.fullmatch(r"/\w+/[\w.-]+", parts.path):
        raise ConfigurationError("SqsQueue: give the queue's URL: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")
    return parts


def make_client(session: Any, parts: SplitResult) -> AbstractAsyncContextManager[Any]:
    """Return a client that does not retry; the region comes from the URL, else from the AWS settings."""
    session = session or cast("Any", get_session)()
    found = REGION.search(parts.netloc)
    return cast(
        "AbstractAsyncContextManager[Any]",
        session.create_client(
            "sqs",
            region_name=found[1] if found else session.get_config_variable("region") or "us-east-1",
            endpoint_url=f"{parts.scheme}://{parts.netloc}",
            config=cast("Any", AioConfig)(
                retries={"total_max_attempts": 1},
                connect_timeout=CONNECT_TIMEOUT,
                max_pool_connections=MAX_CONNECTIONS,
            ),
        ),
    )


def warn_about_settings(queue: str, attributes: dict[str, str]) -> None:
    """Log warnings for settings that would lose messages in a long outage, or after a few restarts."""
    days = int(attributes.get("MessageRetentionPeriod", WEEK)) / 86_400
    if days < WEEK / 86_400:
        log.warning("%s: messages are deleted after %.3g days; set MessageRetentionPeriod to 1209600", queue, days)
    found = re.search(r'"maxReceiveCount"\s*:\s*"?(\d+)', attributes.get("RedrivePolicy", ""))
    if found is None:
        log.warning("%s has no dead-letter queue; give it one, with maxReceiveCount %d", queue, MIN_RECEIVE_COUNT)
    elif int(found[1]) < MIN_RECEIVE_COUNT:
        log.warning(
            "%s: maxReceiveCount is %s, and restarts count; set at least %d", queue, found[1], MIN_RECEIVE_COUNT
        )
