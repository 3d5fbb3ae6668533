"""All pages of the documentation's site by their address: those of docs/, and those generated from the code."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from mirakl_async.events.decode import TYPES
from mirakl_async.operations import operations
from mirakl_async.simulator import Simulator
from tests.simulator.calls import CALLS, prepared, typed

from .event_pages import event_page
from .operation_pages import AFTER_EXPORT, SERVICES, method_path, operation_page

ROOT = Path(__file__).parents[2]
MODULES = (
    "events", "simulator", "instrumentation", "opentelemetry", "rate_limits", "models.connect", "models.connect_events",
    "models.account", "models.front",
)  # fmt: skip
"""The public modules beside `mirakl_async` itself."""

OUTSIDE = re.compile(r"\[([^\]]+)\]\(\.\./(?!README|CHANGELOG)[^)]+\)")
"""A link to a file of the repository that is not a page of the site."""


async def all_pages() -> dict[str, str]:
    """Each page as Markdown."""
    written = {page.name: page.read_text() for page in (ROOT / "docs").glob("*.md")}
    return {name: _with_links_of_the_site(text) for name, text in (written | await generated_pages()).items()}


def navigation() -> list[Any]:
    """Entries of the generated pages for the site's navigation."""
    by_service = [
        {title: [{f"{code} {one.resource}.{one.name}": f"operations/{code}.md"} for code, one in operations.items()
                 if one.service == service]}
        for service, (_, _, title) in SERVICES.items()
    ]  # fmt: skip
    return [
        {"Operations": ["operations/index.md", *by_service]},
        {"Events": ["events/index.md", *({name: f"events/{name}.md"} for name in TYPES)]},
        {"Python API": ["reference/index.md", *({name: f"reference/{name}.md"} for name in MODULES)]},
    ]


async def generated_pages() -> dict[str, str]:
    """Each generated page by its address."""
    pages = {
        "index.md": _start_page(),
        "changelog.md": (ROOT / "CHANGELOG.md").read_text(),
        "operations/index.md": _operations_index(),
        "events/index.md": _events_index(),
        "reference/index.md": _reference("mirakl_async"),
        **{f"reference/{module}.md": _reference(f"mirakl_async.{module}") for module in MODULES},
        **{f"events/{name}.md": event_page(name, kind) for name, kind in TYPES.items()},
    }
    async for code, page in operation_pages():
        pages[f"operations/{code}.md"] = page
    return pages


async def operation_pages() -> AsyncIterator[tuple[str, str]]:
    """Code and page of each operation; the examples use rows that the simulator has."""
    for code, operation in operations.items():
        async with Simulator(seed=1) as mirakl, client_of(mirakl, operation.service) as client:
            export = (
                typed(operations[AFTER_EXPORT[code]], CALLS[AFTER_EXPORT[code]](mirakl))
                if code in AFTER_EXPORT
                else None
            )
            arguments = {} if export is not None else typed(operation, await prepared(mirakl, client, code))
            yield code, operation_page(operation, arguments, export=export)


def client_of(mirakl: Simulator, service: str) -> Any:
    """A client of a simulator."""
    return mirakl.front_client() if service == "front" else mirakl.connect_client()


def _operations_index() -> str:
    return "# Every operation\n" + "".join(_sections())


def _sections() -> Iterator[str]:
    for service, (_, _, title) in SERVICES.items():
        rows = [
            f"| [{code}]({code}.md) | `{method_path(one)}` | {one.summary} |"
            for code, one in operations.items()
            if one.service == service
        ]
        yield f"\n## {title}\n\n| code | method | |\n| --- | --- | --- |\n" + "\n".join(rows) + "\n"


def _events_index() -> str:
    rows = [
        f"| [{name}]({name}.md) | `{kind.__name__}` | {(kind.__doc__ or '').strip()} |" for name, kind in TYPES.items()
    ]
    return "# Every event\n\n| type | struct | |\n| --- | --- | --- |\n" + "\n".join(rows) + "\n"


def _reference(name: str) -> str:
    found = "\n\n".join(f"::: {name}.{member}" for member in _public_names(import_module(name)))
    return f"# `{name}`\n\n{found}\n"


def _public_names(module: Any) -> Collection[str]:
    names = getattr(module, "__all__", None) or [
        name
        for name in dir(module)
        if str(getattr(getattr(module, name), "__module__", "")).startswith(module.__name__)
    ]
    return sorted({name for name in names if not name.startswith("_")})


def _start_page() -> str:
    text = (ROOT / "README.md").read_text().replace("](docs/", "](")
    return re.sub(r"\[([^\]]+)\]\((?:LICENSE|CONTRIBUTING.md|SECURITY.md|examples)\)", r"\1", text)


def _with_links_of_the_site(text: str) -> str:
    """Replace links to files that are not pages of the site by their names."""
    text = OUTSIDE.sub(r"\1", text)
    text = re.sub(r"(\]\(notebooks/\w+)\.ipynb\)", r"\1.md)", text)
    return text.replace("](../README.md", "](index.md").replace("](../CHANGELOG.md", "](changelog.md")
