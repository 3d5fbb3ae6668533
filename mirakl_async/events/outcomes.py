"""The outcomes of commands: as a handler returns them, and as they are stored until they are reported to Connect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Struct

from .. import codec
from ..models.connect.orders import ActionError, ActionErrorCode, UpdateActionRequest
from ..redaction import RedactedBytesRepr
from ..server_text import valid_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..models.connect.orders import ActionErrorCodeOrStr

__all__ = [
    "ActionErrorCode",
    "ActionFailed",
    "ActionOutcome",
    "Deferred",
    "Done",
    "Result",
    "failed",
    "succeeded",
    "unexpected",
]

DEFAULT_WITHIN = 3600.0


class Done(RedactedBytesRepr, Struct, frozen=True):
    """The outcome of a command that was carried out.

    `then` are pairs of an origin and the new state of an order. They are put into the queue `orders=` after the outcome
    was reported to Connect.
    """

    then: Sequence[tuple[Any, Any]] = ()


class Deferred(Struct, frozen=True):
    """The result of a command whose outcome `connect.events.settle` stores later.

    If no outcome is stored within `within` seconds, the handler is called once more.
    """

    within: float = DEFAULT_WITHIN

    def __post_init__(self) -> None:
        if not 0 < self.within <= 1e9:
            raise ValueError(f"Deferred: within must be a number of seconds above 0, not {self.within!r}")


Result: TypeAlias = Done | Deferred | None
"""The return value of a command's handler; None means `Done()`."""


class ActionFailed(Exception):
    """Raised by a handler if the command was not carried out; the command is reported FAILED.

    `code` is one of the thirteen documented codes (`ActionErrorCode`); `message` is shown to the seller. Several
    reasons are passed as a list: `ActionFailed([("MISSING_CARRIER", "..."), ("OTHER", "...")])`.
    """

    def __init__(
        self, code: ActionErrorCodeOrStr | Sequence[tuple[ActionErrorCodeOrStr, str]], message: str = ""
    ) -> None:
        pairs = [(code, message or code)] if isinstance(code, str) else list(code)
        texts: list[object] = [text for pair in pairs for text in pair]
        if not pairs or not all(isinstance(text, str) for text in texts) or not all(name for name, _ in pairs):
            raise ValueError("ActionFailed: give a code and a message, or a list of such pairs")
        super().__init__(pairs)
        self.errors: list[tuple[str, str]] = pairs

    def __str__(self) -> str:
        """Return the codes only, because messages may contain personal data."""
        return ", ".join(code for code, _ in self.errors)


class ActionOutcome(RedactedBytesRepr, Struct, frozen=True, omit_defaults=True, array_like=True):
    """An outcome as it is stored and reported; `then` are the bodies of messages that are put after the report."""

    status: Literal["SUCCESS", "FAILED"]
    errors: list[tuple[str, str]] = []
    then: list[bytes] = []

    def encode(self) -> bytes:
        """Encode the outcome for an idempotency store."""
        return _ENCODER.encode(self)

    def request_body(self) -> bytes:
        """Return the request body of updateActionStatus."""
        errors: Any = [ActionError(code=code, message=message) for code, message in self.errors] or UNSET
        return codec.encode(UpdateActionRequest(status=self.status, errors=errors))


_ENCODER = msgspec.msgpack.Encoder()
decode_outcome: Callable[[bytes], ActionOutcome] = msgspec.msgpack.Decoder(ActionOutcome).decode


def succeeded(then: Sequence[tuple[Any, Any]] = ()) -> ActionOutcome:
    """Return the outcome SUCCESS; raises TypeError or ValueError if an order cannot be encoded."""
    lines = [b'{"origin":%b,"order":%b}' % (codec.encode(origin), codec.encode(order)) for origin, order in then]
    return ActionOutcome("SUCCESS", then=[line + b"\n" for line in lines])


def failed(errors: Sequence[tuple[str, str]]) -> ActionOutcome:
    """Return the outcome FAILED with these pairs of code and message."""
    return ActionOutcome("FAILED", [(valid_text(code), valid_text(message)) for code, message in errors])


def unexpected(reason: str) -> ActionOutcome:
    """Return the outcome FAILED with the code UNEXPECTED."""
    return failed([(ActionErrorCode.UNEXPECTED, reason)])
