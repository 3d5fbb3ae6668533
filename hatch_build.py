"""Makes the description that a package index shows: the README, whose links to files would lead nowhere there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

FENCED = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
TO_A_FILE = re.compile(r"\[([^\]]+)\]\((?!https?:|#)([^)#]+)[^)]*\)")
NOTE = "\nThe files that are named here, such as docs/lists.md, are in the source distribution.\n"


class Description(MetadataHookInterface):
    """Hatchling's hook; found by its base class."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the description."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": without_links_to_files(text) + NOTE}


def without_links_to_files(text: str) -> str:
    """Replace each link to a file by its words and the file's path, code left alone."""
    parts = FENCED.split(text)
    parts[::2] = [TO_A_FILE.sub(_words, part) for part in parts[::2]]
    return "".join(parts)


def _words(link: re.Match[str]) -> str:
    words, path = link[1], link[2]
    return words if path in words else f"{words} ({path})"
