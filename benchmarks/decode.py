"""CPU time to decode a page of 100 OR11 orders of about 7 KB, and the memory that the decoded page takes.

The variants alternate, in a different order each round, so that neither a slow moment of the machine nor the previous
variant favours one; ratios are relative to plain msgspec with the same structs. A broken order has an invalid
date-time; it is the first, the middle and the last one, because a decoder that fails late has wasted more time. "Held"
is the memory of one decoded order, as Python's allocator counts it.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import orjson
import pydantic

from benchmarks.filling import order
from mirakl_async import codec
from mirakl_async.codec.type_info import alternatives, is_struct, list_item_type
from mirakl_async.models.front.orders import OrderPage
from mirakl_async.operation import Paging

OR11 = Paging(kind="offset", items="orders", item="front.orders:Order", total="total_count")
FLOOR = "msgspec, same structs"
Variant = Callable[[], Any]


def page(count: int, broken: Iterable[int] = ()) -> bytes:
    """Return a page of `count` orders, some of them broken."""
    made = [order(number) for number in range(count)]
    for place in broken:
        made[place]["last_updated_date"] = "the day before yesterday"
    return bytes(codec.encode({"orders": made, "total_count": count}))  # exactly bytes, which orjson asks for


def variants(count: int) -> dict[str, Variant]:
    """Return everything that is measured, by name; the reference is first."""
    good = page(count)
    plain = msgspec.json.Decoder(OrderPage, strict=False)
    model = as_pydantic(OrderPage, {})

    def broken(*places: int) -> Variant:
        body = page(count, places)
        return lambda: codec.decode_page(OR11, OrderPage, body)

    return {
        FLOOR: lambda: plain.decode(good),
        "mirakl_async": lambda: codec.decode_page(OR11, OrderPage, good),
        "mirakl_async, first order broken": broken(0),
        "mirakl_async, middle order broken": broken(count // 2),
        "mirakl_async, last order broken": broken(count - 1),
        "mirakl_async, every order broken": broken(*range(count)),
        "orjson, dicts": lambda: orjson.loads(good),
        "json, dicts": lambda: json.loads(good),
        "pydantic, same shape": lambda: model.model_validate_json(good),
    }


def as_pydantic(kind: type[msgspec.Struct], made: dict[type, Any]) -> Any:
    """Return a pydantic model with the members and the types of a struct."""
    if kind not in made:
        fields: dict[str, Any] = {
            field.name: (_pydantic_type(field.type, made) | None, pydantic.Field(None, alias=field.encode_name))
            for field in msgspec.structs.fields(kind)
        }
        made[kind] = pydantic.create_model(kind.__name__, **fields)
    return made[kind]


def _pydantic_type(kind: Any, made: dict[type, Any]) -> Any:
    choices = alternatives(kind)
    if len(choices) > 1:
        return _pydantic_type(choices[0], made) | _pydantic_type(choices[1], made)
    if is_struct(choices[0]):
        return as_pydantic(choices[0], made)
    if (element := list_item_type(choices[0])) is not None:
        return list[_pydantic_type(element, made)]  # type: ignore[misc]  # a type made at run time
    return choices[0]


def measure(chosen: dict[str, Variant], count: int, rounds: int) -> dict[str, list[float]]:
    """Return the CPU microseconds per order for each round."""
    figures: dict[str, list[float]] = {name: [] for name in chosen}
    for decode in chosen.values():
        decode()
    turns = list(chosen.items())
    dice = random.Random(11)
    for _ in range(rounds):
        dice.shuffle(turns)
        for name, decode in turns:
            began = time.process_time()
            decode()
            figures[name].append((time.process_time() - began) / count * 1e6)
    return figures


def held(decode: Variant, count: int) -> float:
    """Return the KB that one decoded order occupies."""
    gc.collect()
    tracemalloc.start()
    kept = decode()
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return size / count / 1000


def main(argv: list[str]) -> None:
    """Print the table of results."""
    parser = argparse.ArgumentParser(prog="benchmarks decode", description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--orders", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=150)
    arguments = parser.parse_args(argv)
    count, rounds = (10, 3) if arguments.smoke else (arguments.orders, arguments.rounds)
    chosen = variants(count)
    figures = measure(chosen, count, rounds)
    print(f"a page of {count} orders, {len(page(count)) / count / 1000:.1f} KB each; {rounds} rounds")
    print("| variant | min us/order | median us/order | ratio of minima | paired median ratio | KB/order held |")
    print("|---|---:|---:|---:|---:|---:|")
    floor = figures[FLOOR]
    for name, values in figures.items():
        paired = statistics.median(mine / theirs for mine, theirs in zip(values, floor, strict=True))
        times = f"{min(values):.1f} | {statistics.median(values):.1f} | {min(values) / min(floor):.2f} | {paired:.2f}"
        print(f"| {name} | {times} | {held(chosen[name], count):.1f} |")
