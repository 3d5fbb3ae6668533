"""The base class of the generated resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .caller import Caller
    from .clock import Clock
    from .http.session import Session

__all__ = ["Resource", "missing_attribute"]

CLIENTS = {"account": "connect.account"}
"""The attribute of a client that has the resources of a service, if it is not named after the service."""


def missing_attribute(owner: object, name: str) -> AttributeError:
    """The AttributeError for a missing attribute; if its name is the code of an operation, with its typed method.

    For a misspelt name, Python adds a suggestion.
    """
    message = f"{type(owner).__name__!r} object has no attribute {name!r}"
    if not name.startswith("_"):
        from .operations import operations  # noqa: PLC0415 - generated modules are built on this one

        if name in operations:
            found = operations[name]
            message += f"; {found.code} is {CLIENTS.get(found.service, found.service)}.{found.resource}.{found.name}"
    return AttributeError(message, name=name, obj=owner)


class Resource:
    """The typed methods of one part of the API, such as `front.orders`."""

    __slots__ = ("_caller",)

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    if not TYPE_CHECKING:  # with __getattr__, type checkers would accept any attribute

        def __getattr__(self, name: str) -> object:
            raise missing_attribute(self, name)

    @property
    def session(self) -> Session:
        """The session that sends its calls."""
        return self._caller.session

    @property
    def clock(self) -> Clock:
        """The client's clock, for waits between calls."""
        return self._caller.session.clock
