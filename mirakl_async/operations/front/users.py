# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""Users and their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation
from ...resource import Resource

if TYPE_CHECKING:
    from typing import Unpack

    from ...models.front.users import RoleList
    from ...options import Options

__all__ = ["RO02", "Users"]

RO02: Operation[RoleList] = Operation(
    code="RO02",
    service="front",
    resource="users",
    name="list_roles",
    method="GET",
    path="/api/users/shops/roles",
    summary="list the roles that users of stores can have.",
    answer="json",
    reply="front.users:RoleList",
    retry="safe",
    frequency="when a page shows roles",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/users/ro02",
)


class Users(Resource):
    """Users and their roles."""

    __slots__ = ()

    async def list_roles(self, **options: Unpack[Options]) -> RoleList:
        """RO02: list the roles that users of stores can have.

        `GET /api/users/shops/roles`. Documented pace: when a page shows roles.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/users/ro02
        """
        return await self._caller.call(RO02, {}, options)
