"""Where sources stand, in a small JSON file: for queues that cannot store it."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import msgspec

from ..downloads.private import open_private
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ResumeFile"]


class ResumeFile:
    """Positions by the names of their sources; written as a whole, so that a crash leaves the old or the new one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def cursor(self, name: str) -> str | None:
        """The position that was stored last for this source."""
        return (await asyncio.to_thread(self._read)).get(name)

    async def store(self, name: str, position: str) -> None:
        """Store a position; the orders up to there must be durable."""
        await asyncio.to_thread(self._write, name, position)

    def _read(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise ConfigurationError(f"{self._path} is not a resume file: {error}") from None

    def _write(self, name: str, position: str) -> None:
        content = msgspec.json.encode({**self._read(), name: position})
        new = self._path.with_name(f"{self._path.name}.new")
        with open_private(new, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
