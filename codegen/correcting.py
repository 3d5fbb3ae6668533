"""Applies `corrections.toml` to a document after it has been read, before any decision is made."""

from __future__ import annotations

import msgspec

from .documents import CodegenError
from .merging import Model
from .shapes import Many, Member, Object, Scalar
from .tables import Corrections, MemberCorrection


def correct_members(objects: dict[str, Object], corrections: Corrections) -> None:
    """Correct members in place; a row without effect is an error, because the document has changed since."""
    for row in corrections.members:
        item = objects.get(row.schema)
        touched = [key for key in (objects if item else ()) if key == row.schema or _varies(item, key)]
        hits = [_correct_member(objects[key], row) for key in touched]
        if not any(hits):
            raise CodegenError(f"corrections.toml: {row.schema} has no member {row.member}")
    for request in corrections.nullable_requests:
        below = [item for key, item in objects.items() if key.startswith(f"{request.schema}_")]
        if not below:
            raise CodegenError(f"corrections.toml: nothing lies below {request.schema}")
        for item in below:
            item.members = tuple(
                member if member.required else msgspec.structs.replace(member, nullable=True) for member in item.members
            )


def add_members(models: list[Model], corrections: Corrections) -> None:
    """Add members that only examples show; a row whose schema now has the member is an error."""
    for row in corrections.added:
        model = next((model for model in models if model.direction == "read" and row.schema in model.schemas), None)
        if model is None:
            raise CodegenError(f"corrections.toml: {row.schema} is not read")
        if any(member.wire == row.member for member in model.members):
            raise CodegenError(f"corrections.toml: {row.schema} has {row.member} already, nothing is to be added")
        sibling = next((member for member in model.members if member.wire == row.like), None)
        if (sibling is None) == (not row.type):
            raise CodegenError(f"corrections.toml: {row.schema}.{row.member} needs a `type`, or a sibling in `like`")
        shape = sibling.shape if sibling else Scalar(row.type or "any")
        model.members = (*model.members, Member(wire=row.member, shape=shape))


def _varies(base: Object | None, key: str) -> bool:
    return base is not None and any(variant == key for _, variant in base.variants)


def _correct_member(item: Object, row: MemberCorrection) -> bool:
    member = item.member(row.member)
    if member is None:
        return False
    item.members = tuple(_corrected(known, row) if known is member else known for known in item.members)
    return True


def _corrected(member: Member, row: MemberCorrection) -> Member:
    if row.nullable is not None:
        member = msgspec.structs.replace(member, nullable=row.nullable)
    if row.required is not None:
        member = msgspec.structs.replace(member, required=row.required)
    if row.type:
        member = msgspec.structs.replace(member, shape=Scalar(row.type))
    if row.values:
        member = msgspec.structs.replace(member, shape=Scalar("str", row.values))
    if row.max_items is not None:
        if not isinstance(member.shape, Many):
            raise CodegenError(f"corrections.toml: {row.schema}.{row.member} is not a list")
        shape = msgspec.structs.replace(member.shape, max_length=row.max_items)
        member = msgspec.structs.replace(member, shape=shape)
    return member
