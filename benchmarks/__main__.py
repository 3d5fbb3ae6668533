"""`python -m benchmarks [--smoke] [NAME ...]`: runs all or the named benchmarks; `--smoke` only tests that they run."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

NOT_BENCHMARKS = {"__init__", "__main__", "filling", "listing", "loopback", "rivals", "synthetic"}


def names() -> list[str]:
    """Return the names of the benchmarks in this folder."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in NOT_BENCHMARKS)


def main(argv: list[str]) -> int:
    """Run each benchmark, with all arguments that are not names."""
    options = [word for word in argv if word.startswith("-")]
    chosen = [word for word in argv if not word.startswith("-")] or names()
    unknown = sorted(set(chosen) - set(names()))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(names())}", file=sys.stderr)
        return 2
    for name in chosen:
        print(f"\n## {name}\n", flush=True)
        import_module(f"benchmarks.{name}").main(options)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
