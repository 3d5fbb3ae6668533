"""All files that codegen writes from all documents."""

from __future__ import annotations

import statistics
from pathlib import Path

from . import tables
from .coverage import with_table
from .documents import CodegenError, Document
from .service import Service
from .tables import Tables
from .words import camel, member_name
from .writing import header, string

ROOT = Path(__file__).parent.parent


class Project:
    """All services, and the files they make."""

    def __init__(self, documents: list[Document], root: Path = ROOT, folder: Path = tables.HERE) -> None:
        self._root = root
        self._lock_path = folder / "names.lock"
        lock = tables.read_lock(self._lock_path)
        decided = tables.read(folder)
        self.services = [
            Service(document, decided.get(document.source.service) or Tables(), lock) for document in documents
        ]
        published = {key: name for service in self.services for key, name in service.published().items()}
        gone = tables.changes(lock, published)
        if gone:
            raise CodegenError("published names may not change:\n  " + "\n  ".join(gone))
        self._lock = published

    def files(self) -> dict[str, str]:
        """Return every file, by its path in the project."""
        texts: dict[str, str] = {}
        for service in self.services:
            texts |= service.files()
        texts["mirakl_async/models/__init__.py"] = (
            header("the documents of all services")
            + '\n"""The structs of each service: `connect`, `account`, `front`; and of the events that `connect` sends."""\n'
        )
        texts["mirakl_async/operations/__init__.py"] = self._index()
        readme = self._root / "README.md"
        table = with_table(readme.read_text(encoding="utf-8"), self.services) if readme.is_file() else None
        if table is not None:
            texts["README.md"] = table
        texts[self._lock_path.relative_to(self._root).as_posix()] = tables.write_lock(self._lock)
        return texts

    def differences(self, files: dict[str, str]) -> list[str]:
        """Return the files that are missing, outdated, or no longer generated."""
        stale = [name for name, text in files.items() if not self._same(name, text)]
        return sorted(stale + self._left_over(files))

    def write(self, files: dict[str, str]) -> None:
        """Write the files that differ, and remove those that are no longer generated."""
        for name in self._left_over(files):
            (self._root / name).unlink()
        for name, text in files.items():
            if not self._same(name, text):
                path = self._root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")

    def report(self, files: dict[str, str]) -> str:
        """Return a summary of the generated operations, structs and values."""
        models = [model for service in self.services for model in service.models]
        lines = sum(text.count("\n") for name, text in files.items() if name.endswith(".py"))
        parts = [
            f"{service.name}: {len(service.plans)} operations, {len(service.models)} structs, {len(service.package.values)} sets of values"
            for service in self.services
        ]
        length = statistics.median([len(model.name) for model in models] or [0])
        return "\n".join([*parts, f"median name {length:g} characters, {lines} lines in {len(files)} files"])

    def _same(self, name: str, text: str) -> bool:
        path = self._root / name
        return path.is_file() and path.read_text(encoding="utf-8") == text

    def _left_over(self, files: dict[str, str]) -> list[str]:
        found = [
            path for part in ("models", "operations") for path in (self._root / "mirakl_async" / part).rglob("*.py")
        ]
        names = [path.relative_to(self._root).as_posix() for path in found]
        return [name for name in names if name not in files]

    def _index(self) -> str:
        lines = [
            header("the documents of all services"),
            '"""All operations by code, and the resources of each service; nothing is loaded before it is asked for."""\n',
            "from __future__ import annotations\n",
            "from ..operation import Registry\n",
            '__all__ = ["RESOURCES", "operations"]\n',
            "operations: Registry = Registry(",
            "    __name__,",
            "    {",
        ]
        for service in self.services:
            for resource, plans in service.resources().items():
                lines.append(f"        {string(f'{service.name}.{member_name(resource)}')}: {{")
                lines += [f"            {string(plan.endpoint.code)}: {string(plan.constant)}," for plan in plans]
                lines.append("        },")
        lines += [
            "    },",
            ")",
            '"""Each operation by Mirakl\'s own code: `operations["OR11"]`."""\n',
            "RESOURCES: dict[str, dict[str, str]] = {",
        ]
        for service in (service for service in self.services if service.plans):
            lines.append(f"    {string(service.name)}: {{")
            lines += [
                f"        {string(member_name(name))}: {string(f'{service.name}.{member_name(name)}:{camel(name)}')},"
                for name in service.resources()
            ]
            lines.append("    },")
        lines += ["}", '"""The class of each resource, as `module:class` below this package."""']
        return "\n".join(lines) + "\n"
