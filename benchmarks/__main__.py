"""`python -m benchmarks [--smoke] [NAME ...]`: run all, or those named; `--smoke` only shows that they run."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

NOT_BENCHMARKS = {"__init__", "__main__", "filling", "listing", "loopback", "rivals", "synthetic"}


def names() -> list[str]:
    """The modules of this folder that measure something."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in NOT_BENCHMARKS)


def main(argv: list[str]) -> int:
    """Run each, with the options that are not names passed on."""
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
