"""All files that codegen writes, from all documents."""

from __future__ import annotations

import statistics
from pathlib import Path

from . import tables
from .documents import CodegenError, Document
from .mending import mend
from .merging import Catalog, Model
from .models import Package, Values, values_name
from .naming import Names
from .reach import reach
from .reading import Endpoint, Reader
from .resources import Plan, Planner, ResourceWriter, place, root_names
from .shapes import Direction, Many, Object, Ref, Scalar, referred
from .tables import Tables
from .words import camel, member_name, singular
from .writing import call, header, string

ROOT = Path(__file__).parent.parent


class Service:
    """One document on its way to text."""

    def __init__(self, document: Document, decided: Tables, lock: dict[str, str]) -> None:
        self.document = document
        self.name = document.source.service
        self._decided = decided
        self._lock = {key.split(" ", 1)[1]: name for key, name in lock.items() if key.startswith(f"{self.name} ")}
        reader = Reader(document)
        self.endpoints = reader.endpoints()
        self.objects = reader.objects
        self._known(decided)
        mend(self.objects, decided.corrections)
        catalog = self._catalog()
        self.models = [model for model in catalog.models if not self._is_form(model)]
        self._name(catalog)
        self.package = self._package(catalog)
        planner = Planner(document, self.package, self.objects)
        self.plans = [planner.plan(endpoint, decided.row(endpoint.code)) for endpoint in self.endpoints]

    def _known(self, decided: Tables) -> None:
        codes = {endpoint.code for endpoint in self.endpoints}
        unknown = sorted(set(decided.rows) - codes)
        if unknown:
            raise CodegenError(
                f"operations.toml knows {self.name} operations that its document lacks: {', '.join(unknown)}"
            )

    def _catalog(self) -> Catalog:
        reached = reach(self.endpoints, self.objects)
        roots: dict[tuple[Direction, str], str] = {}
        called: dict[tuple[Direction, str], str] = {}
        for endpoint in self.endpoints:
            row = self._decided.row(endpoint.code)
            answer = next(
                (shape for _, media, shape in endpoint.answers if media == "application/json" and shape), None
            )
            key = referred(answer) if answer else None
            listed = key is not None and _is_list(self.objects[key])
            request, reply = root_names(endpoint, row, listed)
            if isinstance(endpoint.body, Ref) and not _own(endpoint, endpoint.body.key):
                roots["sent", endpoint.body.key] = request
            if key is None or _own(endpoint, key):
                continue
            held = next(
                (referred(item.shape) for item in self.objects[key].members if isinstance(item.shape, Many)), None
            )
            if row.item and reply == row.item:
                called["read", key] = row.item
            else:
                roots["read", key] = reply
            if row.item and reply != row.item and held is not None:
                called["read", held] = row.item
        named = {
            key for _, key in reached if not any(key.startswith(f"{endpoint.code}_") for endpoint in self.endpoints)
        }
        apart = frozenset(row.schema for row in self._decided.corrections.apart)
        return Catalog(reached, roots, called, named, apart)

    def _is_form(self, model: Model) -> bool:
        forms = {
            endpoint.body.key
            for endpoint in self.endpoints
            if endpoint.body_type.startswith("multipart/") and isinstance(endpoint.body, Ref)
        }
        return model.direction == "sent" and model.schemas[0] in forms

    def _name(self, catalog: Catalog) -> None:
        given = {row.schema: row.name for row in self._decided.corrections.names if not row.member}
        items = {
            endpoint.code: self._decided.row(endpoint.code).item
            or singular(camel(place(endpoint, self._decided.row(endpoint.code))[0]))
            for endpoint in self.endpoints
        }
        Names(catalog, given, self._lock, items).name(self.models)
        homes = {endpoint.code: place(endpoint, self._decided.row(endpoint.code))[0] for endpoint in self.endpoints}
        for model in self.models:
            found = {homes[where.code] for where in model.places}
            model.module = found.pop() if len(found) == 1 else "common"
        self._share(catalog)

    def _share(self, catalog: Catalog) -> None:
        """Whatever a common model names is common."""
        waiting = [model for model in self.models if model.module == "common"]
        while waiting:
            model = waiting.pop()
            inner = [catalog.target(model.direction, member.shape) for member in model.members]
            inner += [catalog.of[model.direction, key] for _, key in model.variants if model.kind == "union"]
            for target in inner:
                if target is not None and target.module != "common":
                    target.module = "common"
                    waiting.append(target)

    def _package(self, catalog: Catalog) -> Package:
        rows = self._decided.rows
        return Package(
            service=self.name,
            file=self.document.source.file,
            catalog=catalog,
            models=self.models,
            values=self._values(),
            corrections=self._decided.corrections,
            summaries=self._decided.corrections.says,
            failures={code: row.failures for code, row in rows.items() if row.failures},
            titles={self.name: self.document.source.title},
        )

    def _values(self) -> list[Values]:
        """Each set of documented values, once, under the shortest free name."""
        sets: dict[tuple[str, ...], Values] = {}
        for model in self.models:
            for member in model.members:
                shape = member.shape.item if isinstance(member.shape, Many) else member.shape
                if isinstance(shape, Scalar) and shape.values:
                    known = sets.setdefault(shape.values, Values("", shape.values, shape.retired, []))
                    known.retired = tuple(dict.fromkeys((*known.retired, *shape.retired)))
                    known.owners.append((model, member.wire))
        given = {(row.schema, row.member): row.name for row in self._decided.corrections.names if row.member}
        taken = {model.name for model in self.models}
        order = sorted(
            sets.values(),
            key=lambda item: (
                -len(item.owners),
                item.owners[0][0].name if item.owners[0][0] else "",
                item.owners[0][1],
            ),
        )
        for item in order:
            item.name = self._values_name(item, given, taken)
            taken.add(item.name)
            modules = {owner.module for owner, _ in item.owners if owner}
            item.module = modules.pop() if len(modules) == 1 else "common"
        return order

    def _values_name(self, item: Values, given: dict[tuple[str, str], str], taken: set[str]) -> str:
        for owner, wire in item.owners:
            for schema in owner.schemas if owner else ():
                if (schema, wire) in given:
                    return given[schema, wire]
                locked = self._lock.get(f"values {schema}.{wire}")
                if locked and locked not in taken:
                    return locked
        tried = sorted(
            {name for owner, wire in item.owners if owner for name in values_name(owner, wire)},
            key=lambda name: (len(name), name),
        )
        free = next((name for name in tried if name not in taken), None)
        if free is None:
            owner, wire = item.owners[0]
            schema = owner.schemas[0] if owner else ""
            raise CodegenError(
                f"no free name for the values of {schema}.{wire}, tried {', '.join(tried)}: name them in corrections.toml"
            )
        return free

    def published(self) -> dict[str, str]:
        """Every name this service publishes, by what it names."""
        names = {f"{self.name} {model.direction} {key}": model.name for model in self.models for key in model.schemas}
        for item in self.package.values:
            for owner, wire in item.owners:
                for schema in owner.schemas if owner else ():
                    names[f"{self.name} values {schema}.{wire}"] = item.name
        for plan in self.plans:
            arguments = " ".join(
                f"{argument.wire}={argument.name}" for argument in plan.arguments if argument.wire != argument.name
            )
            names[f"{self.name} operation {plan.endpoint.code}"] = f"{plan.resource}.{plan.method}"
            if arguments:
                names[f"{self.name} arguments {plan.endpoint.code}"] = arguments.replace(" = ", "=")
        return names

    def resources(self) -> dict[str, list[Plan]]:
        """The plans of each resource."""
        found: dict[str, list[Plan]] = {}
        for plan in self.plans:
            found.setdefault(plan.resource, []).append(plan)
        for plans in found.values():
            methods = [plan.method for plan in plans]
            twice = sorted({method for method in methods if methods.count(method) > 1})
            if twice:
                raise CodegenError(
                    f"{self.name}.{plans[0].resource} would have two methods {', '.join(twice)}: name one in operations.toml"
                )
        return dict(sorted(found.items()))

    def files(self) -> dict[str, str]:
        """The service's modules, by path."""
        texts = {f"mirakl_async/models/{self.name}/{name}.py": text for name, text in self.package.modules().items()}
        for resource, plans in self.resources().items():
            about = self._decided.resources.get(resource, "")
            text = ResourceWriter(self.document, self.package, resource, plans, about).text()
            texts[f"mirakl_async/operations/{self.name}/{member_name(resource)}.py"] = text
        about = f'"""The operations of {self.document.source.title}, a module for each resource."""\n'
        texts[f"mirakl_async/operations/{self.name}/__init__.py"] = header(self.document.source.file) + "\n" + about
        return texts


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
        """Every file, by its path from the project's root."""
        texts: dict[str, str] = {}
        for service in self.services:
            texts |= service.files()
        texts["mirakl_async/models/__init__.py"] = (
            header("the documents of all services")
            + '\n"""The structs of each service: `models.connect`, `models.account`, `models.front`."""\n'
        )
        texts["mirakl_async/operations/__init__.py"] = self._index()
        texts[self._lock_path.relative_to(self._root).as_posix()] = tables.write_lock(self._lock)
        return texts

    def differences(self, files: dict[str, str]) -> list[str]:
        """The files that are missing, stale, or left over."""
        stale = [name for name, text in files.items() if not self._same(name, text)]
        return sorted(stale + self._left_over(files))

    def write(self, files: dict[str, str]) -> None:
        """Write what differs, remove what is left over."""
        for name in self._left_over(files):
            (self._root / name).unlink()
        for name, text in files.items():
            if not self._same(name, text):
                path = self._root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")

    def report(self, files: dict[str, str]) -> str:
        """How much was written."""
        models = [model for service in self.services for model in service.models]
        lines = sum(text.count("\n") for name, text in files.items() if name.endswith(".py"))
        parts = [
            f"{service.name}: {len(service.plans)} operations, {len(service.models)} structs, {len(service.package.values)} sets of values"
            for service in self.services
        ]
        length = statistics.median(len(model.name) for model in models)
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
            "from ..registry import Registry\n",
            "operations = Registry(",
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
        for service in self.services:
            lines.append(f"    {string(service.name)}: {{")
            lines += [
                f"        {string(member_name(name))}: {string(f'{service.name}.{member_name(name)}:{camel(name)}')},"
                for name in service.resources()
            ]
            lines.append("    },")
        lines += ["}", '"""The class of each resource, as `module:class` below this package."""']
        return "\n".join(lines) + "\n"


def _own(endpoint: Endpoint, key: str) -> bool:
    return not key.startswith(f"{endpoint.code}_")


def _is_list(item: Object) -> bool:
    """Whether an object is nothing but a list and its length."""
    rest = [member.wire for member in item.members if not isinstance(member.shape, Many)]
    return len(item.members) - len(rest) == 1 and set(rest) <= {"total_count", "errors_count"}


__all__ = ["ROOT", "Project", "Service", "call"]
