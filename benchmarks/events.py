"""CPU time to decode a price event of about 750 bytes, and to decode and route it by its class.

The variants alternate, in a different order each round; ratios are relative to plain msgspec with a known struct. All
rows but those of one struct detect the type themselves. "Routed" looks up the class in a dict and calls the function
found there, which is the least that a router does.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable
from typing import Annotated, Any, Literal, Union

import msgspec
import orjson
import pydantic

from benchmarks.decode import as_pydantic, measure
from mirakl_async import codec
from mirakl_async.events import decode
from mirakl_async.events.decode import TYPES
from mirakl_async.models.connect_events import PriceStockUpsert

FLOOR = "msgspec, same struct"
OURS = "mirakl_async, routed"
LOOP = 200


def price_event(number: int) -> bytes:
    """Return a change of prices and stock, with the type as the last member, as in Mirakl's examples."""
    period = {"start_date": "2024-05-20T10:15:30.500Z", "end_date": "2024-06-20T10:15:30.500Z"}
    places = [("WH_NORTH", 300), ("WH_SOUTH", 200)]
    data = {
        "channel_id": "001",
        "discount_price": {"action_type": "UPDATE", "price": {"amount": 24.99, "currency": "EUR"}, **period},
        "identifiers": [{"type": "GTIN", "value": "1234567890123"}],
        "inventory": {"action_type": "UPDATE", "delivery_partner": {"name": "__self__"}, "quantity": 500},
        "product_id": f"SKU_{number:06}",
        "standard_price": {"action_type": "UPDATE", "price": {"amount": 29.99, "currency": "EUR"}},
        "stock": {
            "action_type": "UPDATE",
            "breakdown": [
                {"quantity": quantity, "type": "SELLER_WAREHOUSE", "warehouse": {"id": name}}
                for name, quantity in places
            ],
        },
        "store_id": "2005",
    }
    envelope = {"data": data, "id": f"01jv299c9vvxkrjbq1cf{number:06}", "time": "2024-05-20T10:15:30.500Z"}
    return bytes(codec.encode({**envelope, "type": "PRICE_STOCK_UPSERT"}))  # exactly bytes, which orjson asks for


def as_pydantic_union(made: dict[type, Any]) -> Callable[[bytes], Any]:
    """Return a validator of events of all types, selected by the type."""
    tags: dict[str, Any] = {name: Literal[name] for name in TYPES}  # a type checker knows none that is made at run time
    models = [
        pydantic.create_model(kind.__name__, __base__=as_pydantic(kind, made), type=(tags[name], ...))
        for name, kind in TYPES.items()
    ]
    union: Any = Annotated[Union[tuple(models)], pydantic.Field(discriminator="type")]  # noqa: UP007 - made at run time
    return pydantic.TypeAdapter(union).validate_json


def variants(bodies: list[bytes]) -> dict[str, Callable[[], Any]]:
    """Return everything that is measured, by name; each variant decodes all bodies."""
    plain = msgspec.json.Decoder(PriceStockUpsert, strict=False).decode
    made: dict[type, Any] = {}
    seen: list[Any] = [None]

    def handle(event: Any) -> None:
        seen[0] = event

    handlers: dict[type, Callable[[Any], None]] = dict.fromkeys(TYPES.values(), handle)

    def routed() -> None:
        for body in bodies:
            event = decode(body)
            handlers[type(event)](event)

    def each(read: Callable[[bytes], Any]) -> Callable[[], None]:
        def run() -> None:
            for body in bodies:
                read(body)

        return run

    return {
        FLOOR: each(plain),
        "mirakl_async": each(decode),
        OURS: routed,
        "orjson, dicts": each(orjson.loads),
        "json, dicts": each(json.loads),
        "pydantic, any type": each(as_pydantic_union(made)),
        "pydantic, same struct": each(as_pydantic(PriceStockUpsert, made).model_validate_json),
    }


def main(argv: list[str]) -> None:
    """Print the table of results."""
    parser = argparse.ArgumentParser(prog="benchmarks events", description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--rounds", type=int, default=100)
    arguments = parser.parse_args(argv)
    count, rounds = (5, 3) if arguments.smoke else (LOOP, arguments.rounds)
    bodies = [price_event(number) for number in random.Random(13).sample(range(1_000_000), count)]
    figures = measure(variants(bodies), count, rounds)
    print(f"events of {len(bodies[0])} bytes; {rounds} rounds of {count}")
    print("| variant | min us/event | events/s | ratio of minima |")
    print("|---|---:|---:|---:|")
    floor = min(figures[FLOOR])
    for name, values in figures.items():
        best = min(values)
        print(f"| {name} | {best:.2f} | {1e6 / best:,.0f} | {best / floor:.2f} |")
