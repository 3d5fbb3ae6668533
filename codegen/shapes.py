"""What a document's schemas come down to: objects with members, and the shapes a member can have."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

Kind = Literal["str", "int", "decimal", "bool", "datetime", "date", "time", "bytes", "any"]
Direction = Literal["sent", "read"]


class Scalar(Struct, frozen=True):
    """A single value. `values` are the documented ones, `retired` those documented as deprecated."""

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
    """One of several shapes that JSON itself distinguishes."""

    options: tuple[Shape, ...]


class Ref(Struct, frozen=True):
    """An object, by the key under which it was read."""

    key: str


Shape: TypeAlias = Scalar | Many | Keyed | Choice | Ref


class Member(Struct, frozen=True, kw_only=True):
    """One member of an object.

    `default` is what the server takes where it is left out, a plain `false` left out; `notes` are its unit and standard.
    """

    wire: str
    shape: Shape
    required: bool = False
    nullable: bool = False
    deprecated: bool = False
    default: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Object(Struct, kw_only=True):
    """An object schema with its bases folded in.

    `tag` names the discriminating member and `variants` the object of each of its values; `value` is the tag's only
    value where the object is itself such a variant. Of `alternatives` exactly one member may be present. `options` are
    the objects that it is one of, and `chosen_by` the member that says which: its own, or one beside the object. One
    that is `split` has a struct for each of its variants also where it is read.
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
        """The member of that name on the wire."""
        return next((member for member in self.members if member.wire == wire), None)


def python_shape(shape: Shape) -> object:
    """What of a shape decides its Python type: neither bounds nor values nor prose."""
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
    """The key of the object inside a shape, if there is one."""
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
    """The same shape around another object."""
    match shape:
        case Ref():
            return Ref(key)
        case Many():
            return Many(with_ref(shape.item, key), shape.min_length, shape.max_length)
        case Keyed():
            return Keyed(with_ref(shape.value, key))
        case _:
            return shape
