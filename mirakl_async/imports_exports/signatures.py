"""A decorator that copies the parameters of a method, for type checkers and `help`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

__all__ = ["same_signature_as"]

P = ParamSpec("P")
R = TypeVar("R")


def same_signature_as(
    model: Callable[Concatenate[Any, P], Coroutine[Any, Any, Any]],
) -> Callable[[Callable[..., Coroutine[Any, Any, R]]], Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]]:
    """Give a method the parameters of `model`, and keep its own return type."""

    def decorate(
        method: Callable[..., Coroutine[Any, Any, R]],
    ) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]:
        signature = inspect.signature(method)
        parameters = list(inspect.signature(model).parameters.values())
        method.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # read by inspect.signature
        return method

    return decorate
