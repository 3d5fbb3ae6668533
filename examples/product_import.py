"""Import a file of products and store every report that it leads to: `python -m examples.product_import FILE SHOP`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from mirakl_async import MarketplaceFront


async def main(file: Path, shop: int, *, poll_interval: float = 60) -> bool:
    """Whether the import succeeded."""
    async with MarketplaceFront() as front:
        job = await front.products.start_import(file, shop=shop)
        state = await job.wait("COMPLETE", timeout=86_400, poll_interval=poll_interval)
        reports = {
            "errors": (state.has_error_report, job.error_report),
            "new-products": (state.has_new_product_report, job.new_products_report),
            "transformed": (state.has_transformed_file, job.transformed_file),
            "transformation-errors": (state.has_transformation_error_report, job.transformation_errors),
        }
        for name, (there, report) in reports.items():
            if there:
                async with report() as download:
                    print((await download.save(file.with_suffix(f".{name}.csv"))).path)
        print(state.import_status)
        return state.import_status == "COMPLETE"


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]))) else 1)
