"""The end of each command's help: the exit statuses, and examples, which a test parses."""

from __future__ import annotations

__all__ = ["EXAMPLES", "STATUSES", "epilogue"]

EXAMPLES: dict[str, tuple[str, ...]] = {
    "": (
        "mirakl-async demo",
        "mirakl-async check",
        "mirakl-async sync orders.ndjson --channel-id channel-1 --channel-store-id store-1",
    ),
    "call": (
        "mirakl-async call OR12 order_id=O-1",
        "mirakl-async call OR11 order_state_codes=SHIPPING order_state_codes=SHIPPED max=100 --out page.json",
        "mirakl-async call upsertOrders --body orders.json",
    ),
    "check": ("mirakl-async check", "mirakl-async check front --front-url https://acme.mirakl.net"),
    "completion": (
        "source <(mirakl-async completion bash)",
        "mirakl-async completion fish > ~/.config/fish/completions/mirakl-async.fish",
    ),
    "demo": ("mirakl-async demo --orders 5000 --poison 7", "mirakl-async demo --kill 5"),
    "events": ("mirakl-async events decode events.ndjson",),
    "events decode": ("mirakl-async events decode events.ndjson", "mirakl-async events decode - --json < event.json"),
    "export": (
        "mirakl-async export orders start_date=2026-11-01T00:00:00Z end_date=2026-12-01T00:00:00Z --out orders.parquet",
        "mirakl-async export offers --out offers.csv",
        "mirakl-async export offers --attach 2f1a-7 --out offers.ndjson",
    ),
    "import": (
        "mirakl-async import products.csv --shop 2000 --wait",
        "mirakl-async import --attach 2043 --reports-dir reports",
    ),
    "journal": (
        "mirakl-async journal orders.db",
        "mirakl-async journal orders.db --show-rejected",
        "mirakl-async journal redis://localhost/0/orders --replay",
    ),
    "list": (
        "mirakl-async list OR11 order_state_codes=SHIPPING --out orders.csv",
        "mirakl-async list OR11 --since 1d --bookmark orders.bookmark",
    ),
    "operations": ("mirakl-async operations", "mirakl-async operations --json"),
    "sample": (
        "mirakl-async sample orders 10",
        "mirakl-async sample orders 1000 --poison 7 --out orders.ndjson",
    ),
    "simulator": ("mirakl-async simulator --port 8080 --rate-limit none",),
    "sync": (
        "mirakl-async sync orders.ndjson --channel-id channel-1 --channel-store-id store-1",
        "mirakl-async sync orders.ndjson.gz --journal orders.db --resume",
        "mirakl-async sync - --json < orders.ndjson",
    ),
    "worker": (
        "mirakl-async worker orders.db --until-empty",
        "mirakl-async worker redis://localhost/0/orders --health 9100",
    ),
}
"""The examples of each command; the empty name is the program itself."""

STATUSES = "0 done, 1 some were rejected, 2 wrong usage, 3 not finished, 130 interrupted"


def epilogue(command: str) -> str:
    """Return the end of a command's help, in Markdown."""
    lines = "\n".join(f"    {line}" for line in EXAMPLES[command])
    return f"Examples:\n\n{lines}\n\nExit status: {STATUSES}. Every command takes --log-format json."
