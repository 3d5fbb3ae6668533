"""One page for each operation: code, method, route, parameters, documented rate, important errors, and an example."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from mirakl_async.operation import Operation, Param
from mirakl_async.operations import RESOURCES

from .source import Imports, import_lines, source

SERVICES = {
    "connect": ("ConnectChannel", "connect", "Mirakl Connect Channel Platform"),
    "account": ("ConnectChannel", "connect.account", "Mirakl Account"),
    "front": ("MarketplaceFront", "front", "Mirakl Marketplace Front"),
}
TYPES = {"string": "text", "date-time": "date-time", "json": "struct", "references": "pairs of kind and value"}
RETRIES = {
    "safe": "Only reads: retried after any temporary failure.",
    "idempotent": "Executing it twice has the same effect as once: retried after any temporary failure.",
    "unsafe": (
        "Retried only if the request certainly had no effect. If the response is lost, "
        "[`OutcomeUnknown`](../errors-and-options.md) is raised."
    ),
}
AFTER_EXPORT = {"OF53": "OF52", "OF54": "OF52", "OR14": "OR13", "OR15": "OR13"}
"""Operations that follow an export, and the operation that starts it."""


def operation_page(operation: Operation[Any], arguments: dict[str, Any], *, export: dict[str, Any] | None) -> str:
    """The page; `arguments` are those of the example, `export` those of the export that has to be started before."""
    parts = [
        f"# {operation.code}: {method_path(operation)}",
        f"{operation.summary[:1].upper()}{operation.summary[1:]}",
        _facts(operation),
        f"## Parameters\n\n{_parameters(operation)}",
        f"## Example\n\n```python\n{example(operation, arguments, export=export)}```",
        f"## Important errors\n\n{_errors(operation)}",
    ]
    if operation.docs:
        parts.append(f"Mirakl's own page: <{operation.docs}>")
    return "\n\n".join(parts) + "\n"


def method_path(operation: Operation[Any]) -> str:
    """The path of the method, such as "front.orders.list"."""
    return f"{SERVICES[operation.service][1]}.{operation.resource}.{operation.name}"


def example(operation: Operation[Any], arguments: dict[str, Any], *, export: dict[str, Any] | None = None) -> str:
    """A program that makes this call; credentials and hosts come from the environment."""
    client, _, _ = SERVICES[operation.service]
    variable = client_variable(operation)
    imports: Imports = {"asyncio": set(), "mirakl_async": {client}}
    call = f"{method_path(operation)}({_given(arguments, imports)})"
    lines: list[str] = []
    if operation.code in AFTER_EXPORT:
        resource = f"{variable}.{operation.resource}"
        lines.append(f"tracking = await {resource}.create_export({_given(export or {}, imports)})")
        call = f"{method_path(operation)}(tracking_id=tracking.tracking_id)"
        if operation.params[0].location == "url":
            lines.append(f"while not (status := await {resource}.export_status(tracking.tracking_id)).urls:")
            lines.append("    await asyncio.sleep(60)")
            call = f"{method_path(operation)}(url=status.urls[0])"
    lines += _use(operation, call)
    body = "\n".join(f"        {line}" for line in lines)
    head = "\n".join(import_lines(imports))
    return (
        f"{head}\n\n\nasync def main():\n    async with {client}() as {variable}:\n{body}\n\n\n"
        'if __name__ == "__main__":\n    asyncio.run(main())\n'
    )


def client_variable(operation: Operation[Any]) -> str:
    """The name of the client's variable in the example."""
    return SERVICES[operation.service][1].partition(".")[0]


def _given(arguments: dict[str, Any], imports: Imports) -> str:
    given = [f"{name}={source(value, imports)}" for name, value in arguments.items()]
    line = ", ".join(given)
    if len(line) <= 80:
        return line
    return "".join(f"\n            {one}," for one in given) + "\n        "


def _use(operation: Operation[Any], call: str) -> list[str]:
    method = _method(operation)
    returned = str(method.__annotations__["return"])
    if "Paginator" in returned:
        return [f"async for item in {call}:", "    print(item)", "    break  # or continue to the end of the list"]
    if inspect.iscoroutinefunction(method):
        return [f"await {call}"] if returned == "None" else [f"answer = await {call}", "print(answer)"]
    return [f"async with {call} as download:", "    print(len(await download.read()))"]


def _method(operation: Operation[Any]) -> Any:
    module, _, name = RESOURCES[operation.service][operation.resource].partition(":")
    return getattr(getattr(importlib.import_module(f"mirakl_async.operations.{module}"), name), operation.name)


def _facts(operation: Operation[Any]) -> str:
    rows = [
        ("Code", f"`{operation.code}`"),
        ("Request", f"`{operation.method} {operation.path}`"),
        ("API", SERVICES[operation.service][2]),
        ("Method", f"`{method_path(operation)}`"),
        ("Documented frequency", operation.frequency or "none"),
        ("Rate limit", _rate(operation)),
        ("Pages", _pages(operation)),
        ("Retries", RETRIES[operation.retry]),
    ]
    if operation.failures:
        rows.append(
            ("Partial success", f"a successful response may report failures in `{', '.join(operation.failures)}`")
        )
    if operation.deprecated:
        rows.append(("Deprecated", "by Mirakl"))
    head, *others = [f"| {name} | {value} |" for name, value in rows]
    return "\n".join([head, "| --- | --- |", *others])


def _rate(operation: Operation[Any]) -> str:
    if operation.maximum is None:
        return "none documented"
    rates = {"recommended": operation.recommended, "at most": operation.maximum}
    return ", ".join(f"{word} {rate.calls} calls in {rate.seconds:g} s" for word, rate in rates.items() if rate)


def _pages(operation: Operation[Any]) -> str:
    if operation.paging is None:
        return "not paged"
    kind = {"offset": "by offset", "seek": "by token"}[operation.paging.kind]
    return f"{kind}, at most {operation.paging.maximum} items per page; see [lists](../lists.md)"


def _parameters(operation: Operation[Any]) -> str:
    if not operation.params:
        return "None."
    rows = [f"| `{one.argument}` | {_type(one)} | {_notes(one)} |" for one in operation.params]
    return "| argument | type | notes |\n| --- | --- | --- |\n" + "\n".join(rows)


def _type(param: Param) -> str:
    kind = TYPES.get(param.type, param.type)
    if param.body:
        module, _, name = param.body.partition(":")
        kind = f"`{name}` of `mirakl_async.models.{module.partition('.')[0]}`"
    return kind if param.list_style == "one" else f"several: {kind}"


def _notes(param: Param) -> str:
    notes = ["required"] if param.required or param.location in {"path", "url"} else []
    if param.name != param.argument:
        notes.append(f"`{param.name}` on the wire")
    if param.max_items:
        notes.append(
            f"at most {param.max_items} values" + (", longer lists become several calls" if param.split else "")
        )
    bounds = [
        f"{word} {bound}" for word, bound in (("from", param.minimum), ("to", param.maximum)) if bound is not None
    ]
    lengths = [f"{word} {n}" for word, n in (("at least", param.min_length), ("at most", param.max_length)) if n]
    if bounds:
        notes.append(" ".join(bounds))
    if lengths:
        notes.append(f"{' and '.join(lengths)} characters")
    if param.values:
        notes.append("known values: " + ", ".join(f"`{value}`" for value in param.values))
    return "; ".join(notes)


def _errors(operation: Operation[Any]) -> str:
    lines = [
        "- `InvalidArgument`: an argument violates the contract; raised before anything is sent.",
        "- `APIError` (`BadRequest`, `NotFound`, ...): an error status; it has Mirakl's message.",
    ]
    if operation.retry == "unsafe":
        lines.append("- `OutcomeUnknown`: sent, but no response was received; check before sending it again.")
    if operation.maximum is not None or operation.interval is not None:
        lines.append(
            "- `MaxWaitExceeded`: the rate limit would delay the call longer than `max_wait` or the deadline allows."
        )
    lines.append("\nAll of them: [errors and options](../errors-and-options.md).")
    return "\n".join(lines)
