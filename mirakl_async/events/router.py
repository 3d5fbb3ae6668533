"""Registers a handler for each type of event; its signature is checked by type checkers and again at run time.

    events = EventRouter()

    @events.on(Accept)
    async def accept(command: Accept, delivery: Delivery) -> Done: ...

A handler takes the event, or the event and its delivery. It is a coroutine function, or a plain function, which runs in
a thread. A handler of a command returns `Done`, `Deferred` or None, and may raise `ActionFailed`. A handler of a fact
returns None.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, get_args, overload

from msgspec import Struct

from ..errors import ConfigurationError
from ..model import Command, Event, Fact
from .decode import TYPES
from .outcomes import ActionErrorCode, ActionOutcome, Deferred, Done, Result, failed

if TYPE_CHECKING:
    from .delivery import Delivery

__all__ = ["CommandRegistration", "EventRouter", "FactRegistration", "Handler"]

C = TypeVar("C", bound=Command)
F = TypeVar("F", bound=Fact)
R = TypeVar("R", bound=Result | Awaitable[Result])
N = TypeVar("N", bound=Awaitable[None] | None)
DECLINED = "this channel does not support the action"


class Handler(Struct, frozen=True):
    """A registered function; `takes_delivery` means that it also takes the delivery."""

    call: Callable[..., Any]
    is_async: bool
    takes_delivery: bool
    name: str


class CommandRegistration(Generic[C]):
    """A decorator that registers a handler for one type of command."""

    __slots__ = ("_add",)

    def __init__(self, add: Callable[[Any], None]) -> None:
        self._add = add

    @overload
    def __call__(self, handler: Callable[[C], R], /) -> Callable[[C], R]: ...
    @overload
    def __call__(self, handler: Callable[[C, Delivery], R], /) -> Callable[[C, Delivery], R]: ...
    def __call__(self, handler: Any, /) -> Any:
        """Register the function; raises ConfigurationError if its signature does not fit."""
        self._add(handler)
        return handler


class FactRegistration(Generic[F]):
    """A decorator that registers a handler for one type of fact."""

    __slots__ = ("_add",)

    def __init__(self, add: Callable[[Any], None]) -> None:
        self._add = add

    @overload
    def __call__(self, handler: Callable[[F], N], /) -> Callable[[F], N]: ...
    @overload
    def __call__(self, handler: Callable[[F, Delivery], N], /) -> Callable[[F, Delivery], N]: ...
    def __call__(self, handler: Any, /) -> Any:
        """Register the function; raises ConfigurationError if its signature does not fit."""
        self._add(handler)
        return handler


class EventRouter:
    """The handlers of a connector, one for each type of event."""

    def __init__(self) -> None:
        self._handlers: dict[type[Event], Handler] = {}
        self._declined: dict[type[Event], ActionOutcome] = {}

    def __repr__(self) -> str:
        return f"<EventRouter {' '.join(sorted(kind.type for kind in self._handlers))}>"

    @overload
    def on(self, kind: type[C], /) -> CommandRegistration[C]: ...
    @overload
    def on(self, kind: type[F], /) -> FactRegistration[F]: ...
    def on(self, kind: type[Any], /) -> Any:
        """Register the decorated function as the handler of a class of `mirakl_async.models.connect_events`.

        Raises ConfigurationError if the class is not an event's, if it already has a handler, or if the signature of
        the function does not fit.
        """
        self._check_registrable("on", kind)

        def add(handler: Any) -> None:
            self._check_registrable("on", kind)
            self._handlers[kind] = _make_handler(kind, handler)

        return CommandRegistration[Any](add) if issubclass(kind, Command) else FactRegistration[Any](add)

    def decline(self, *kinds: type[Command], message: str = DECLINED) -> None:
        """Report these commands as FAILED with ACTION_NOT_SUPPORTED and this message, without a handler."""
        for kind in kinds:
            self._check_registrable("decline", kind)
            if not issubclass(cast("type[Event]", kind), Command):
                raise ConfigurationError(
                    f"EventRouter.decline: {kind.__name__} is a fact; only commands can be declined"
                )
            self._declined[kind] = failed([(ActionErrorCode.ACTION_NOT_SUPPORTED, message)])

    def include(self, other: EventRouter) -> None:
        """Copy the handlers that another router has now; raises ConfigurationError if both routers handle a type."""
        for kind in (*other._handlers, *other._declined):
            self._check_registrable("include", kind)
        self._handlers |= other._handlers
        self._declined |= other._declined

    def handler(self, event: Event) -> Handler | None:
        """Return the handler of this event, or None."""
        return self._handlers.get(type(event))

    def declined(self, event: Event) -> ActionOutcome | None:
        """Return the outcome of a declined command; None if the event is not declined."""
        return self._declined.get(type(event))

    def missing(self) -> list[str]:
        """Return the types of commands that are neither handled nor declined."""
        known = self._handlers.keys() | self._declined.keys()
        return [name for name, kind in TYPES.items() if issubclass(kind, Command) and kind not in known]

    def _check_registrable(self, method: str, kind: Any) -> None:
        if kind not in TYPES.values():
            what = kind.__name__ if isinstance(kind, type) else repr(kind)
            raise ConfigurationError(
                f"EventRouter.{method}: {what} is not the class of an event; use one of "
                f"mirakl_async.models.connect_events: {', '.join(one.__name__ for one in TYPES.values())}"
            )
        if kind in self._handlers:
            raise ConfigurationError(
                f"EventRouter.{method}: {kind.__name__} already has a handler, {self._handlers[kind].name}"
            )
        if kind in self._declined:
            raise ConfigurationError(f"EventRouter.{method}: {kind.__name__} is already declined")


def _make_handler(kind: type[Event], handler: Any) -> Handler:
    name = getattr(handler, "__qualname__", None) or type(handler).__name__
    owner = f"EventRouter.on({kind.__name__}): {name}"
    if not callable(handler):
        raise ConfigurationError(f"{owner} must be a function")
    signature = _signature(handler, owner)
    positional = [one for one in signature.parameters.values() if one.kind in _POSITIONAL]
    required = sum(one.default is one.empty for one in positional)
    many = any(one.kind is one.VAR_POSITIONAL for one in signature.parameters.values())
    keywords = [
        one.name for one in signature.parameters.values() if one.kind is one.KEYWORD_ONLY and one.default is one.empty
    ]
    if keywords or required > 2 or not (positional or many):
        raise ConfigurationError(f"{owner} must take the event, or the event and its delivery")
    if positional:
        _check_event(kind, positional[0].annotation, owner)
    if not issubclass(kind, Command) and _mentions(signature.return_annotation, Done, Deferred):
        raise ConfigurationError(f"{owner} must not return an outcome: {kind.__name__} is a fact, which has no outcome")
    is_async = inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(
        getattr(type(handler), "__call__", None)  # noqa: B004 - tests whether `__call__` is a coroutine function
    )
    takes_delivery = (
        required > 1 or (required < 2 and _has_delivery_parameter(positional)) or (many and len(positional) < 2)
    )
    return Handler(handler, is_async, takes_delivery, name)


_POSITIONAL = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}


def _signature(handler: Any, owner: str) -> inspect.Signature:
    try:
        return inspect.signature(handler, eval_str=True)
    except NameError:  # names that only type checkers import
        return inspect.signature(handler)
    except (TypeError, ValueError, SyntaxError):
        raise ConfigurationError(f"the signature of {owner} cannot be read: register a function") from None


def _has_delivery_parameter(positional: list[inspect.Parameter]) -> bool:
    """Whether the second parameter, which has a default, is meant for the delivery."""
    if len(positional) < 2:
        return False
    second = positional[1]
    return second.name == "delivery" or "Delivery" in str(second.annotation)


def _check_event(kind: type[Event], annotation: Any, owner: str) -> None:
    if isinstance(annotation, TypeVar | str) or annotation in {inspect.Parameter.empty, Any, object}:
        words = set(re.findall(r"\w+", annotation)) if isinstance(annotation, str) else set[str]()
        others = {one.__name__ for one in TYPES.values()} - {kind.__name__}
        if not words & others or words & {kind.__name__}:
            return
        raise ConfigurationError(f"{owner} takes {annotation}, which is not {kind.__name__}")
    accepted = [one for one in (get_args(annotation) or (annotation,)) if isinstance(one, type)]
    if accepted and not any(issubclass(kind, one) for one in accepted):
        raise ConfigurationError(f"{owner} takes {accepted[0].__name__}, which is not {kind.__name__}")


def _mentions(annotation: Any, *kinds: type) -> bool:
    """Whether a type, or its source text, contains one of these classes."""
    if isinstance(annotation, str):
        return bool({kind.__name__ for kind in kinds} & {*re.findall(r"\w+", annotation)})
    if annotation in kinds:
        return True
    return any(_mentions(part, *kinds) for part in get_args(annotation))
