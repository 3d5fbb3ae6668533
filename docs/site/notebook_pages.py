"""Pages of the notebooks in docs/notebooks: each is run from an empty folder, and shown with what it gave."""

from __future__ import annotations

import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
SECONDS_PER_CELL = 120


def notebook_pages() -> dict[str, str]:
    """Each page by its address, as Markdown; raises CellExecutionError for a cell that fails."""
    notebooks = sorted((ROOT / "docs/notebooks").glob("*.ipynb"))
    return {f"notebooks/{path.stem}.md": _page(run(path)) for path in notebooks}


def run(path: Path) -> Any:
    """The notebook with its outputs; the file is not touched."""
    notebook: Any = nbformat.read(path, as_version=4)
    with TemporaryDirectory() as folder:
        settings = {"metadata": {"path": folder}}
        client = NotebookClient(notebook, timeout=SECONDS_PER_CELL, kernel_name="python3", resources=settings)
        client.execute(env=os.environ | {"PYTHONPATH": str(ROOT)})
    return notebook


def _page(notebook: Any) -> str:
    return "\n\n".join(_text(cell) for cell in notebook.cells) + "\n"


def _text(cell: Any) -> str:
    if cell.cell_type == "markdown":
        return str(cell.source)
    outputs = [_output(output) for output in cell.outputs]
    return "\n\n".join([f"```python\n{cell.source}\n```", *filter(None, outputs)])


def _output(output: Any) -> str:
    """A picture, a table, or text; what went to standard error is left out."""
    data = output.get("data", {})
    if "image/png" in data:
        return f'<img alt="plot" src="data:image/png;base64,{data["image/png"].strip()}">'
    if "text/html" in data:
        # Only tables without a class have the site's style.
        table = re.sub(
            r'<style.*?</style>|</?div>| border="1" class="dataframe"', "", data["text/html"], flags=re.DOTALL
        )
        return "\n".join(line.strip() for line in table.splitlines() if line.strip())
    text = data.get("text/plain", output.get("text", "") if output.get("name") != "stderr" else "")
    return f"```text\n{text.rstrip()}\n```" if text else ""
