"""`python -m tests.simulator.strictness_table`: a table of how many single faults of each operation are rejected."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter

from mirakl_async.operations import operations
from mirakl_async.simulator import Simulator

from . import test_strictness as tests
from .mutants import mutants, query_faults


def bodies() -> dict[str, Counter[str]]:
    """Return what became of the mutants of one full body of each operation and of each part of a form."""
    counts: dict[str, Counter[str]] = {}
    for code, part in tests.SCHEMAS:
        rule, known = tests.rule_of(code, part), tests.KNOWN[operations[code].service]
        count = counts.setdefault(code, Counter())
        for mutant in mutants(known, tests.SCHEMAS[code, part], tests.drawn(code, part, 0, 1.0)):
            allowed = (code, mutant.path, mutant.fault) in tests.ALLOWED
            count["refused" if rule(mutant.value) else "allowed" if allowed else "accepted"] += 1
    return counts


async def queries() -> dict[str, Counter[str]]:
    """Return what became of the mutants of each operation's query."""
    counts: dict[str, Counter[str]] = {}
    for code in tests.QUERIES:
        count = counts.setdefault(code, Counter())
        mirakl = Simulator(sockets=False)
        for parameter in tests.described(code).parameters:
            if parameter["in"] == "query":
                for _, values in query_faults(parameter, numeric=parameter["name"] in tests.NUMERIC):
                    made = await tests.answer(mirakl, code, {parameter["name"]: values})
                    count["accepted" if made.status < 400 else "refused"] += 1
    return counts


def main() -> None:
    """Print the table."""
    total = Counter[str]()
    heads = ("operation", "of", "faults", "refused", "as the examples send", "accepted")
    rows = [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _ in heads)} |"]
    for kind, counts in (("body", bodies()), ("query", asyncio.run(queries()))):
        for code, count in sorted(counts.items()):
            total += count
            cells = (count.total(), count["refused"], count["allowed"], count["accepted"])
            rows.append(f"| {code} | {kind} | {' | '.join(map(str, cells))} |")
    cells = (total.total(), total["refused"], total["allowed"], total["accepted"])
    rows.append(f"| all | | {' | '.join(map(str, cells))} |")
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
