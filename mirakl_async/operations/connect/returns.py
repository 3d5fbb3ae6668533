# Written by `python -m codegen` from mirakl-connect-channel-openapi.json. Not edited by hand: see docs/regenerating.md.

"""Returns pushed from the channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Param
from ...options import Rate
from ...redaction import hidden
from ...resource import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from ...models.connect.common import OriginRequest
    from ...models.connect.returns import ReturnRequest, UpsertReturnsResponse
    from ...options import Options

__all__ = ["Returns", "UPSERT_RETURNS"]

UPSERT_RETURNS: Operation[UpsertReturnsResponse] = Operation(
    code="upsertReturns",
    service="connect",
    resource="returns",
    name="upsert",
    method="POST",
    path="/v1/orders/returns",
    summary="create or replace up to 100 returns of one store.",
    params=(
        Param(name="origin", argument="origin", location="body", type="json", required=True),
        Param(
            name="returns",
            argument="returns",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=100,
        ),
    ),
    content="json",
    body="connect.returns:UpsertReturnsRequest",
    answer="json",
    reply="connect.returns:UpsertReturnsResponse",
    retry="idempotent",
    group="upsertReturns",
    recommended=Rate(1, 300.0),
    maximum=Rate(1, 60.0),
    frequency="recommended every 5 minutes, at most once a minute",
    failures=("return_errors",),
    scope="connect-channel-platform:order-returns:upsert",
    docs="https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/returns/upsertreturns",
)


class Returns(Resource):
    """Returns pushed from the channel."""

    __slots__ = ()

    async def upsert(
        self, *, origin: OriginRequest, returns: Sequence[ReturnRequest], **options: Unpack[Options]
    ) -> UpsertReturnsResponse:
        """upsertReturns: create or replace up to 100 returns of one store.

        `POST /v1/orders/returns`. Documented pace: recommended every 5 minutes, at most once a minute.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        - returns: at most 100 values

        https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/returns/upsertreturns
        """
        origin = hidden(origin)
        returns = hidden(returns)
        return await self._caller.call(UPSERT_RETURNS, {"origin": origin, "returns": returns}, options)
