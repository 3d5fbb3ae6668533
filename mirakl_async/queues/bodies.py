"""Checks the sizes of bodies, and groups bodies into requests to a broker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import TooLarge

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["check_sizes", "chunks"]


def check_sizes(queue: str, bodies: Sequence[bytes], max_bytes: int) -> None:
    """Raise TooLarge if a body is larger than `max_bytes`."""
    for body in bodies:
        if len(body) > max_bytes:
            raise TooLarge(queue, len(body), max_bytes)


def chunks(bodies: Sequence[bytes], max_bytes: float) -> list[list[bytes]]:
    """Group the bodies in order into lists of at most `max_bytes` in total; a larger body gets a list of its own."""
    groups: list[list[bytes]] = []
    size = 0
    for body in bodies:
        if not groups or size + len(body) > max_bytes:
            groups.append([])
            size = 0
        groups[-1].append(body)
        size += len(body)
    return groups
