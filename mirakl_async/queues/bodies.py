"""Bodies on their way to a broker: their sizes, and how they are grouped into requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import TooLarge

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["check_sizes", "chunks"]


def check_sizes(queue: str, bodies: Sequence[bytes], max_bytes: int) -> None:
    """Raises TooLarge for the first body of more than `max_bytes`."""
    for body in bodies:
        if len(body) > max_bytes:
            raise TooLarge(queue, len(body), max_bytes)


def chunks(bodies: Sequence[bytes], max_bytes: float) -> list[list[bytes]]:
    """The bodies in order, in groups of at most `max_bytes` or of a single one."""
    groups: list[list[bytes]] = []
    size = 0
    for body in bodies:
        if not groups or size + len(body) > max_bytes:
            groups.append([])
            size = 0
        groups[-1].append(body)
        size += len(body)
    return groups
