"""Run the program `mirakl-async` with `python -m mirakl_async`."""

from __future__ import annotations

import sys

from .cli import main

sys.exit(main())
