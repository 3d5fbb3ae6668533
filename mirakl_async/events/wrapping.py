"""Unwraps messages from the envelopes of cloud services.

Connect publishes to SQS, Pub/Sub and Service Bus, whose libraries return the body unchanged. The body is wrapped if
another service forwards it: an SNS topic, an EventBridge bus, a Pub/Sub push subscription.

Sources: docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html,
docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html, cloud.google.com/pubsub/docs/push.
"""

from __future__ import annotations

from base64 import b64decode

import msgspec

from ..codec.scanner import members
from ..codec.type_info import DECODE_ERRORS

__all__ = ["unwrap"]


def unwrap(envelope: dict[str, bytes]) -> bytes | None:
    """Return the wrapped message, given the members of the envelope; None if it is not a known envelope."""
    if "Type" in envelope and "Message" in envelope:
        text = _text(envelope["Message"])
        return None if text is None else text.encode()
    if "detail-type" in envelope and envelope.get("detail", b"").startswith(b"{"):
        return envelope["detail"]
    if envelope.get("message", b"").startswith(b"{"):
        return _unwrap_push(envelope["message"])
    return None


def _unwrap_push(message: bytes) -> bytes | None:
    try:
        text = _text(members(message).get("data", b"null"))
        return None if text is None else b64decode(text, validate=True)
    except ValueError:
        return None


def _text(quoted: bytes) -> str | None:
    try:
        return msgspec.json.decode(quoted, type=str)
    except DECODE_ERRORS:
        return None
