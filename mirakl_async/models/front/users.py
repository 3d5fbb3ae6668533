# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.users sends and reads."""

from mirakl_async.model import ResponseModel

__all__ = ["Role", "RoleList"]


class Role(ResponseModel, kw_only=True, gc=False):
    """Read as `roles`, from RO02."""

    code: str | None = None
    description: str | None = None


class RoleList(ResponseModel, kw_only=True, gc=False):
    """The answer of RO02."""

    roles: list[Role] | None = None
