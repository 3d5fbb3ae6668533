"""How a command ended, as its handler says it, and as it is stored until Connect has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Struct

from .. import codec
from ..models.connect.orders import ActionError, ActionErrorCode, UpdateActionRequest
from ..redaction import RedactedBytesRepr

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
    """The command was carried out.

    `then` are pairs of origin and order, the order's new state: they are put into the queue `orders=` once Connect has
    the outcome.
    """

    then: Sequence[tuple[Any, Any]] = ()


class Deferred(Struct, frozen=True):
    """The outcome comes later, by `connect.events.settle`; after `within` seconds the handler is called once more."""

    within: float = DEFAULT_WITHIN

    def __post_init__(self) -> None:
        if not 0 < self.within <= 1e9:
            raise ValueError(f"Deferred: within must be a number of seconds above 0, not {self.within!r}")


Result: TypeAlias = Done | Deferred | None
"""What a handler of a command returns; None is `Done()`."""


class ActionFailed(Exception):
    """Raised by a handler: the command was not carried out, and is reported FAILED.

    `code` is one of the thirteen documented ones (`ActionErrorCode`) and `message` is shown to the seller. Several
    reasons are given as a list: `ActionFailed([("MISSING_CARRIER", "..."), ("OTHER", "...")])`.
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
        """The codes; messages may hold personal data."""
        return ", ".join(code for code, _ in self.errors)


class ActionOutcome(RedactedBytesRepr, Struct, frozen=True, omit_defaults=True, array_like=True):
    """What is stored, reported, and put afterwards; `then` are bodies of messages."""

    status: Literal["SUCCESS", "FAILED"]
    errors: list[tuple[str, str]] = []
    then: list[bytes] = []

    def encode(self) -> bytes:
        """As a store keeps it."""
        return _ENCODER.encode(self)

    def request_body(self) -> bytes:
        """The body of updateActionStatus."""
        errors: Any = [ActionError(code=code, message=message) for code, message in self.errors] or UNSET
        return codec.encode(UpdateActionRequest(status=self.status, errors=errors))


_ENCODER = msgspec.msgpack.Encoder()
decode_outcome: Callable[[bytes], ActionOutcome] = msgspec.msgpack.Decoder(ActionOutcome).decode


def succeeded(then: Sequence[tuple[Any, Any]] = ()) -> ActionOutcome:
    """The outcome of a command that was carried out; raises TypeError or ValueError for orders that cannot be put."""
    lines = [b'{"origin":%b,"order":%b}' % (codec.encode(origin), codec.encode(order)) for origin, order in then]
    return ActionOutcome("SUCCESS", then=[line + b"\n" for line in lines])


def failed(errors: Sequence[tuple[str, str]]) -> ActionOutcome:
    """The outcome of a command that was not carried out."""
    return ActionOutcome("FAILED", list(errors))


def unexpected(reason: str) -> ActionOutcome:
    """The outcome of a command that could not be carried out."""
    return failed([(ActionErrorCode.UNEXPECTED, reason)])
