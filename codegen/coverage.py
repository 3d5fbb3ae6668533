"""Updates the README's table of operations between its two markers; a README without markers is not changed."""

from __future__ import annotations

from .service import Service

# The client's attribute for the resources of a service, where its name differs from the service's.
CLIENTS = {"account": "connect.account"}
BEGIN, END = "<!-- coverage:begin -->", "<!-- coverage:end -->"


def with_table(readme: str, services: list[Service]) -> str | None:
    """Return the README with an updated table, or None if it has no markers."""
    head, begin, rest = readme.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        return None
    return f"{head}{BEGIN}\n{table(services)}\n{END}{tail}"


def table(services: list[Service]) -> str:
    """Return the number of operations that each document publishes, and the method that calls each of them."""
    counts = [f"{item.document.source.title} {len(item.plans)} of {len(item.codes)}" for item in services if item.codes]
    covered, published = sum(len(item.plans) for item in services), sum(len(item.codes) for item in services)
    lines = [
        f"{covered} of {published} operations: {', '.join(counts)}.",
        "",
        "| resource | operations |",
        "| --- | --- |",
    ]
    for service in services:
        for resource, plans in service.resources().items():
            cells = ", ".join(
                f"`{plan.method}` {plan.endpoint.code}{' (deprecated)' if plan.endpoint.deprecated else ''}"
                for plan in plans
            )
            lines.append(f"| `{CLIENTS.get(service.name, service.name)}.{resource}` | {cells} |")
    return "\n".join(lines)
