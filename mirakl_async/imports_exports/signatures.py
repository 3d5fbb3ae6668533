"""A method that takes what another one takes, written once: for the checker, and for `help`."""

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
    """Give a method the parameters of `model`, and leave it its own result."""

    def give(method: Callable[..., Coroutine[Any, Any, R]]) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]:
        own = inspect.signature(method)
        parameters = list(inspect.signature(model).parameters.values())
        method.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]  # what inspect reads
        return method

    return give
