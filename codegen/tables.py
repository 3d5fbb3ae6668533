"""The tables written by people, `operations.toml` and `corrections.toml`, and the lock of published names."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct, field

from .documents import CodegenError
from .shapes import Kind

T = TypeVar("T")
HERE = Path(__file__).parent


class Extra(Struct, kw_only=True, forbid_unknown_fields=True):
    """A parameter that the document omits; `why` states how it is known."""

    name: str
    type: str = "string"
    required: bool = False
    values: tuple[str, ...] = ()
    why: str = ""


class UploadLimits(Struct, kw_only=True, forbid_unknown_fields=True):
    """The limits of an operation's uploads, from its page; see `UploadLimit` of the package. `extensions` is one text."""

    argument: str = ""
    files: int = 0
    bytes_each: int = 0
    bytes_together: int = 0
    extensions: str = ""
    ascii_names: bool = False
    distinct_names: bool = False
    names_part: str = ""
    single_types: bool = False


class Row(Struct, kw_only=True, forbid_unknown_fields=True):
    """The decisions about one operation; a rule decides what is missing.

    `item` is the noun of what is read: one item of a list, or the whole answer. `request` and `reply` name the root
    structs where the rule's name is poor. `positional` are the arguments that may be given without a keyword; path
    parameters are by rule. `rename` maps wire names to argument names. `known` gives a parameter's values where the
    document has them in prose or not at all: the values, or the class of constants that has them. `skip` is the reason
    why there is no method for it. `reconcile_with` is the method that shows whether an unsafe call took effect. `base`
    is the base class of an event's structs, in place of that of any answer.
    """

    skip: str = ""

    resource: str = ""
    method: str = ""
    item: str = ""
    request: str = ""
    reply: str = ""
    summary: str = ""
    note: str = ""
    retry: Literal["", "safe", "idempotent", "unsafe"] = ""
    why: str = ""
    reconcile_with: str = ""
    group: str = ""
    recommended: tuple[int, float] | None = None
    maximum: tuple[int, float] | None = None
    interval: float | None = None
    recommended_interval: float | None = None
    frequency: str = ""
    paging: Literal["", "offset", "seek", "none"] = ""
    key: tuple[str, ...] = ()
    nested: str = ""
    page_default: int = 0
    page_maximum: int = 0
    sort: tuple[str, ...] = ()
    order: bool | None = None
    locale: bool | None = None
    positional: tuple[str, ...] | None = None
    rename: dict[str, str] = field(default_factory=dict)
    known: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    comma: tuple[str, ...] = ()
    repeat: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    max_items: dict[str, int] = field(default_factory=dict)
    split: tuple[str, ...] = ()
    extra: tuple[Extra, ...] = ()
    omit: tuple[str, ...] = ()
    answer: Literal["", "none", "json", "stream"] = ""
    accept: str = ""
    url: str = ""
    base: Literal["", "Fact", "Command"] = ""
    failures: tuple[str, ...] = ()
    upload_limit: UploadLimits | None = None
    errors: dict[str, str] = field(default_factory=dict)
    docs: str = ""


class Need(Struct, kw_only=True, forbid_unknown_fields=True):
    """A rule across members: where `when` is `equals`, `needs` must hold something."""

    model: str
    when: str
    equals: str
    needs: str
    why: str


class Naming(Struct, kw_only=True, forbid_unknown_fields=True):
    """A better name for a model (by its `schema`), for a member's set of values, or for the constant of a value."""

    schema: str
    name: str
    member: str = ""
    value: str | None = None
    why: str = ""


class MemberCorrection(Struct, kw_only=True, forbid_unknown_fields=True):
    """A correction of one member of one schema."""

    schema: str
    member: str
    why: str
    type: Kind | Literal[""] = ""
    nullable: bool | None = None
    required: bool | None = None
    max_items: int | None = None
    python: str = ""
    values: tuple[str, ...] = ()


class AddedMember(Struct, kw_only=True, forbid_unknown_fields=True):
    """A member that an official example shows and its schema lacks: of the shape of its sibling `like`, or of `type`.

    It is optional, and it is added after schemas were merged, so that no name depends on it.
    """

    schema: str
    member: str
    why: str
    like: str = ""
    type: Kind | Literal[""] = ""
    python: str = ""


class NullableRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    """A request in which every optional member may be null, which clears the value."""

    schema: str
    why: str


class KeepSeparate(Struct, kw_only=True, forbid_unknown_fields=True):
    """An object that looks like a narrow part of another one but is a different object."""

    schema: str
    why: str


class Corrections(Struct, kw_only=True, forbid_unknown_fields=True):
    """All of `corrections.toml` for one service."""

    names: tuple[Naming, ...] = ()
    needs: tuple[Need, ...] = ()
    members: tuple[MemberCorrection, ...] = ()
    added: tuple[AddedMember, ...] = ()
    nullable_requests: tuple[NullableRequest, ...] = ()
    keep_separate: tuple[KeepSeparate, ...] = ()
    summaries: dict[str, str] = field(default_factory=dict)


_CLASSES = frozenset({"read", "sent", "values"})
"""The names in the lock for a struct in responses, a struct in requests, and a class of constants."""


class Tables(Struct, kw_only=True):
    """All decisions of people about one service."""

    rows: dict[str, Row] = field(default_factory=dict)
    corrections: Corrections = field(default_factory=Corrections)
    resources: dict[str, str] = field(default_factory=dict)

    def row(self, code: str) -> Row:
        """Return the operation's row, or an empty row, for which the rules decide."""
        return self.rows.get(code) or Row()


class _Operations(Struct, forbid_unknown_fields=True):
    resources: dict[str, dict[str, str]] = field(default_factory=dict)
    operations: dict[str, dict[str, Row]] = field(default_factory=dict)


def read(folder: Path = HERE) -> dict[str, Tables]:
    """Read both tables, by service; an unknown key is an error that names its place."""
    operations = _decode(folder / "operations.toml", _Operations)
    corrections = _decode(folder / "corrections.toml", dict[str, Corrections])
    services = {*operations.operations, *operations.resources, *corrections}
    return {
        service: Tables(
            rows=operations.operations.get(service, {}),
            corrections=corrections.get(service, Corrections()),
            resources=operations.resources.get(service, {}),
        )
        for service in services
    }


def read_lock(path: Path = HERE / "names.lock") -> dict[str, str]:
    """Return the published names, by what they name."""
    if not path.exists():
        return {}
    lines = (line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return dict(line.rsplit(" = ", 1) for line in lines)


def write_lock(names: dict[str, str]) -> str:
    """Return the text of the lock."""
    head = (
        "# Published names, written by `python -m codegen`. A name here never changes: regeneration may only add lines.\n"
        "# To give one up on purpose, delete its line and say so in CHANGELOG.md.\n"
    )
    return head + "".join(f"{key} = {name}\n" for key, name in sorted(names.items()))


def changes(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """Return the published names that `new` would change or remove.

    A class is kept as long as anything uses its name.
    """
    classes = {(key.split()[0], name) for key, name in new.items() if key.split()[1] in _CLASSES}
    return [
        f"{key}: {name} would become {new.get(key, 'nothing')}"
        for key, name in sorted(old.items())
        if new.get(key) != name
        and not (key not in new and key.split()[1] in _CLASSES and (key.split()[0], name) in classes)
    ]


def _decode(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), kind)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError) as error:
        raise CodegenError(f"{path.name}: {error}") from error
