"""Writes the models of one service: a module for each resource, and an index of their names."""

from __future__ import annotations

from .documents import CodegenError
from .modules import ModuleWriter
from .package import Package
from .writing import header, imported, string

_INDEX_FUNCTIONS = '''

def __getattr__(name: str) -> object:
    """Load the module that holds a model."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    """All models, loaded or not."""
    return sorted(_HOME)
'''


def texts(package: Package) -> dict[str, str]:
    """Return the text of each module by its name, including `__init__`."""
    names = sorted({module for _, module in package.names()})
    found = {name: ModuleWriter(package, name).text() for name in names}
    found["__init__"] = _index(package, names)
    return found


def _events(package: Package) -> list[str]:
    """Return the table of each event type's struct, if a row names the base of these structs."""
    if not any(package.events.values()):
        return []
    found = sorted((model.value, model.name) for model in package.models if package.is_event(model))
    lines = [f"    {string(value)}: {string(name)}," for value, name in found]
    return ["\nEVENTS = {", *lines, "}", '"""The name of the struct of each type of event."""']


def _index(package: Package, names: list[str]) -> str:
    """Return the package's own module, with every name and its module; names are imported at their first use."""
    found: dict[str, str] = {}
    for name, module in package.names():
        if name in found:
            raise CodegenError(f"{name} names two things of {package.service}: name one in corrections.toml")
        found[name] = module
    lines = [
        header(package.file),
        f'"""The models of {package.title}, loaded on first use."""\n',
        "from __future__ import annotations\n",
        "from importlib import import_module",
        "from typing import TYPE_CHECKING\n",
        "if TYPE_CHECKING:",
    ]
    for module in names:
        items = sorted((f"{name} as {name}" for name in found if found[name] == module), key=str.swapcase)
        lines.append(imported(f".{module}", items, 4))
    events = _events(package)
    lines += [*events, "\n_HOME = {"]
    lines += [f"    {string(name)}: {string(found[name])}," for name in sorted(found)]
    own = '"EVENTS", ' if events else ""
    lines.append(f"}}\n\n__all__ = [{own}*_HOME]  # noqa: PLE0604 # pyright: ignore[reportUnsupportedDunderAll]")
    return "\n".join([*lines, _INDEX_FUNCTIONS])
