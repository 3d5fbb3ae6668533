"""What lists, files and resources need of a client: they depend on this, not on how a client is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from ..operation import Operation
    from ..options import Options
    from .request import Request
    from .response import Response
    from .transport import Transport


class Runner(Protocol):
    """Runs operations; every client is one."""

    @property
    def transport(self) -> Transport:
        """Raises ClientStateError unless the client is open."""
        ...

    def build_request(self, operation: Operation[Any], arguments: Mapping[str, object]) -> Request:
        """The request that a call of `operation` with these arguments would send; raises InvalidArgument."""
        ...

    def options_for(self, options: Options) -> Options:
        """The client's own options with those of one call laid over them."""
        ...

    def run(
        self, operation: Operation[Any], arguments: Mapping[str, object], options: Options
    ) -> Coroutine[Any, Any, Response]:
        """Run an operation and give its reply undecoded."""
        ...
