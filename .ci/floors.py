"""Prints pip constraints that pin each dependency, extras included, to the oldest version pyproject.toml admits."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
extras = project["optional-dependencies"]
for dependency in project["dependencies"] + extras["cli"] + extras["otel"] + extras["postgres"] + extras["redis"]:
    print(re.sub(r"^([\w-]+)>=([\d.]+)(,<\d+)?$", r"\1==\2", dependency))
