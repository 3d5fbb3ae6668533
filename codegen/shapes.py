"""The simplified form of a document's schemas: objects with members, and the shapes of members."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

Kind = Literal["str", "int", "decimal", "bool", "datetime", "date", "time", "bytes", "any"]
Direction = Literal["sent", "read"]


class Scalar(Struct, frozen=True):
    """A single value. `values` are the documented values, `retired` those documented as deprecated."""

    kind: Kind
    values: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None


class Many(Struct, frozen=True):
    """A list."""

    item: Shape
    min_length: int | None = None
    max_length: int | None = None


class Keyed(Struct, frozen=True):
    """An object used as a map."""

    value: Shape


class Choice(Struct, frozen=True):
    """One of several shapes that JSON distinguishes by itself."""

    options: tuple[Shape, ...]


class Ref(Struct, frozen=True):
    """A reference to an object by its key."""

    key: str


Shape: TypeAlias = Scalar | Many | Keyed | Choice | Ref


class Member(Struct, frozen=True, kw_only=True):
    """One member of an object.

    `default` is the server's default value, without a default of `false`; `notes` are its unit and standard.
    """

    wire: str
    shape: Shape
    required: bool = False
    nullable: bool = False
    deprecated: bool = False
    default: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Object(Struct, kw_only=True):
    """An object schema merged with its bases.

    - `tag` names the member that distinguishes the variants, `variants` the object for each of its values, and `value`
      the tag's only value if the object is itself such a variant.
    - Exactly one of `alternatives` must be present.
    - `options` are the objects of which it is one, and `chosen_by` is the member that selects one of them: its own
      member, or one beside the object.
    - With `split`, it has a struct for each of its variants in responses, too.
    """

    key: str
    title: str = ""
    members: tuple[Member, ...] = ()
    tag: str = ""
    value: str = ""
    variants: tuple[tuple[str, str], ...] = ()
    alternatives: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    chosen_by: str = ""
    split: bool = False
    deprecated: bool = False

    def member(self, wire: str) -> Member | None:
        """Return the member with that wire name."""
        return next((member for member in self.members if member.wire == wire), None)


def python_shape(shape: Shape) -> object:
    """Return the part of a shape that determines its Python type: without bounds, values and texts."""
    match shape:
        case Scalar():
            return shape.kind
        case Many():
            return ("many", python_shape(shape.item))
        case Keyed():
            return ("keyed", python_shape(shape.value))
        case Choice():
            return ("choice", *(python_shape(option) for option in shape.options))
        case Ref():
            return ("ref", shape.key)


def referred(shape: Shape) -> str | None:
    """Return the key of the object inside a shape, if there is one."""
    match shape:
        case Ref():
            return shape.key
        case Many():
            return referred(shape.item)
        case Keyed():
            return referred(shape.value)
        case _:
            return None


def is_list(shape: Shape) -> bool:
    """Whether the shape is a list."""
    return isinstance(shape, Many)


def with_ref(shape: Shape, key: str) -> Shape:
    """Return the same shape around another object."""
    match shape:
        case Ref():
            return Ref(key)
        case Many():
            return Many(with_ref(shape.item, key), shape.min_length, shape.max_length)
        case Keyed():
            return Keyed(with_ref(shape.value, key))
        case _:
            return shape
