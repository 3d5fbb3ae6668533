"""Yesterday's orders of a marketplace as a file, from a timer: `python -m examples.nightly_export FOLDER`.

The file appears under its name only when it is whole. A run that is killed goes on with the same export when it is
started again on the same day.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mirakl_async import MarketplaceFront


async def main(folder: Path, end: datetime, *, poll_interval: float = 60) -> None:
    """Export the orders of the day before `end`."""
    day = folder / f"{end - timedelta(days=1):%Y-%m-%d}"
    day.mkdir(parents=True, exist_ok=True)
    started = day / "export-id"
    async with MarketplaceFront() as front:
        if started.exists():
            export = front.orders.export_job(started.read_text())
        else:
            export = await front.orders.start_export(start_date=end - timedelta(days=1), end_date=end)
            started.write_text(export.id)
        await export.wait(timeout=3600, poll_interval=poll_interval)
        for path in await export.save(day):
            print(path)


if __name__ == "__main__":
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    asyncio.run(main(Path(sys.argv[1]), midnight))
