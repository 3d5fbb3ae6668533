"""Store the positions of sources in a small JSON file, for queues that cannot store them."""

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
    """A file of positions by source name; replaced atomically, so that a crash leaves the old or the new one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def cursor(self, name: str) -> str | None:
        """Return the last stored position of a source."""
        return (await asyncio.to_thread(self._read)).get(name)

    async def store(self, name: str, position: str) -> None:
        """Store a position; all orders before it must be durable."""
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
