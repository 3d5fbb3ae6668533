"""CPU time of imports: the package, the models and the decoder of a first call, all models.

CPU milliseconds inside a fresh interpreter, with the bytecode that an installation brings, over what "beside" has
loaded already. The cases alternate, so that a slow moment of the machine affects every one; the minima are the
result.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
ALL_MODELS = """
import importlib, pkgutil, mirakl_async.models as models
for found in pkgutil.walk_packages(models.__path__, "mirakl_async.models."): importlib.import_module(found.name)
"""


def first_use(reference: str) -> str:
    """Return the code that loads the models of one resource and builds the decoder of an answer."""
    return f"from mirakl_async import codec; codec.decode({reference!r}, b'{{}}')"


class Case(NamedTuple):
    """What is imported, what has been imported before, and the maximum time in milliseconds."""

    beside: str
    code: str
    limit: int


CASES = {
    "mirakl_async": Case("", "import mirakl_async", 60),
    "ConnectChannel": Case("import msgspec", "from mirakl_async import ConnectChannel", 0),
    "orders' models and decoder": Case("import mirakl_async.codec", first_use("front.orders:OrderPage"), 40),
    "returns' models and decoder": Case("import mirakl_async.codec", first_use("front.returns:ReturnPage"), 40),
    "all models": Case("import msgspec, pkgutil, importlib, mirakl_async", ALL_MODELS, 60),
    "aiohttp": Case("import asyncio", "import aiohttp", 0),
}


def _milliseconds(case: Case, cache: str) -> float:
    script = f"import time\n{case.beside}\nbegan = time.process_time()\n{case.code}\nprint(time.process_time() - began)"
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env |= {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": cache}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    return float(done.stdout) * 1000


def main(argv: list[str]) -> None:
    """Print the table of results."""
    parser = argparse.ArgumentParser(prog="benchmarks imports", description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args(argv)
    rounds = 1 if arguments.smoke else arguments.rounds
    figures: dict[str, list[float]] = {name: [] for name in CASES}
    with tempfile.TemporaryDirectory() as cache:
        for case in CASES.values():
            _milliseconds(case, cache)  # writes the bytecode
        for _ in range(rounds):
            for name, case in CASES.items():
                figures[name].append(_milliseconds(case, cache))
    print("| imported | beside | min ms | median ms | to stay under |")
    print("|---|---|---:|---:|---:|")
    for name, case in CASES.items():
        low, middle = min(figures[name]), statistics.median(figures[name])
        print(f"| {name} | `{case.beside or '-'}` | {low:.1f} | {middle:.1f} | {case.limit or '-'} |")
