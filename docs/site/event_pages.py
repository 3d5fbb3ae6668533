"""One page for each event of Connect: its type, its struct, its members, and a handler."""

from __future__ import annotations

import types
import typing
from typing import Annotated, Any

import msgspec

from mirakl_async.model import Command, Event

COMMAND = """\
from mirakl_async.events import Done, EventRouter
from mirakl_async.models.connect_events import {name}

router = EventRouter()


@router.on({name})
async def {function}(command: {name}) -> Done:
    print(command.data.action_id)  # here your system does what the seller asks for
    return Done()  # or ActionFailed(...), or Deferred()
"""
FACT = """\
from mirakl_async.events import EventRouter
from mirakl_async.models.connect_events import {name}

router = EventRouter()


@router.on({name})
async def {function}(event: {name}) -> None:
    print(event.id, event.data)
"""


def event_page(type_: str, kind: type[Event]) -> str:
    """The page of one type of event."""
    command = issubclass(kind, Command)
    what = "A command: it needs exactly one final outcome." if command else "A fact: it needs no outcome."
    parts = [
        f"# {type_}",
        f"{(kind.__doc__ or '').strip()} {what}",
        f"```python\n{handler(kind)}```",
        "Pass `router` to `connect.events.run`: see [events](../events.md).",
        f"## Members of `{kind.__name__}`\n\n{_members(kind)}",
    ]
    return "\n\n".join(parts) + "\n"


def handler(kind: type[Event]) -> str:
    """A router with a handler for this type."""
    template = COMMAND if issubclass(kind, Command) else FACT
    function = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).lstrip("_")
    return template.format(name=kind.__name__, function=f"on_{function}")


def _members(kind: type[Any]) -> str:
    rows: list[str] = []
    _add(rows, kind, "")
    return "| member | type |\n| --- | --- |\n" + "\n".join(rows)


def _add(rows: list[str], kind: type[Any], prefix: str) -> None:
    hints = typing.get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        name = f"{prefix}{field.encode_name}"
        inner, text = _described(hints[field.name])
        rows.append(f"| `{name}` | {text} |")
        if inner is not None and prefix.count(".") < 5:
            _add(rows, inner, f"{name}{'[]' if text.startswith('list') else ''}.")


def _described(hint: Any) -> tuple[type[Any] | None, str]:
    """The nested struct, if there is one, and the name of the type."""
    origin = typing.get_origin(hint)
    if origin is Annotated:
        return _described(typing.get_args(hint)[0])
    if origin in {typing.Union, types.UnionType}:
        inner = [one for one in typing.get_args(hint) if one not in {type(None), msgspec.UnsetType}]
        found = [_described(one) for one in inner]
        return next((kind for kind, _ in found if kind), None), " or ".join(dict.fromkeys(text for _, text in found))
    if origin in {list, tuple}:
        kind, text = _described(typing.get_args(hint)[0])
        return kind, f"list of {text}"
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint, f"`{hint.__name__}`"
    return None, {"str": "text", "datetime": "date-time", "bool": "true or false", "int": "whole number"}.get(
        getattr(hint, "__name__", ""), getattr(hint, "__name__", str(hint))
    )
