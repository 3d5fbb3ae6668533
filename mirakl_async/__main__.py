"""`python -m mirakl_async` is the program `mirakl-async`."""

from __future__ import annotations

import sys

from .cli import main

sys.exit(main())
