"""The steps from one document to Python text: reading, correcting, merging, naming, planning and writing."""

from __future__ import annotations

from . import events
from .correcting import add_members, correct_members
from .documents import CodegenError, Document
from .merging import Catalog, Model
from .models import texts
from .naming import Names
from .package import Alias, Package
from .planning import Plan, Planner, place, root_names
from .reach import reach
from .reading import Endpoint, Reader
from .resources import ResourceWriter
from .shapes import Direction, Many, Object, Ref, Scalar, Shape, referred
from .tables import Corrections, Tables
from .values import ParameterValues, gather, name_values
from .words import camel, member_name, singular
from .writing import header


class Service:
    """One document, its models and its plans."""

    def __init__(self, document: Document, decided: Tables, lock: dict[str, str]) -> None:
        self.document = document
        self.name = document.source.service
        self._decided = decided
        self._lock = {key.split(" ", 1)[1]: name for key, name in lock.items() if key.startswith(f"{self.name} ")}
        reader = Reader(document, [code for code, row in decided.rows.items() if row.skip])
        self.endpoints = reader.endpoints()
        self.codes = reader.codes
        self.objects = reader.objects
        self._known(decided)
        correct_members(self.objects, decided.corrections)
        events.split(self.objects, self.endpoints)
        catalog = self._catalog()
        self.models = [model for model in catalog.models if not self._is_form(model)]
        self._name(catalog)
        self._stale(decided.corrections)
        add_members(self.models, decided.corrections)
        self.package = self._package(catalog)
        planner = Planner(self.package, self.objects)
        self.plans = [planner.plan(item, decided.row(item.code)) for item in self.endpoints if item.path]

    def _known(self, decided: Tables) -> None:
        codes = {endpoint.code for endpoint in self.endpoints}
        unknown = sorted(set(decided.rows) - codes.union(self.codes))
        if unknown:
            raise CodegenError(
                f"operations.toml knows {self.name} operations that its document lacks: {', '.join(unknown)}"
            )

    def _stale(self, corrections: Corrections) -> None:
        """Raise CodegenError for rows of corrections that match nothing in the document."""
        schemas = {key for model in self.models for key in model.schemas} | {item.code for item in self.endpoints}
        names = {model.name for model in self.models}
        lost = ({row.schema for row in corrections.names} | {row.schema for row in corrections.keep_separate}) - schemas
        lost |= {*corrections.summaries, *(row.model for row in corrections.needs)} - names
        if lost:
            raise CodegenError(f"corrections.toml: nothing of {self.name} is called {', '.join(sorted(lost))}")

    def _catalog(self) -> Catalog:
        reached = reach(self.endpoints, self.objects)
        roots: dict[tuple[Direction, str], str] = {}
        called: dict[tuple[Direction, str], str] = {}
        for endpoint in self.endpoints:
            row = self._decided.row(endpoint.code)
            answer = endpoint.json_answer
            key = answer.key if isinstance(answer, Ref) else None
            request, reply = root_names(endpoint, row, listed=key is not None and _is_list(self.objects[key]))
            if isinstance(endpoint.body, Ref) and not _own(endpoint, endpoint.body.key):
                roots["sent", endpoint.body.key] = request
            item = _listed(answer, self.objects)
            if key is not None and row.item and reply == row.item:
                called["read", key] = row.item
            elif item is not None and (row.item or key is None) and not _own(endpoint, item):
                called["read", item] = row.item or singular(camel(place(endpoint, row)[0]))
            if key is not None and ("read", key) not in called and not _own(endpoint, key):
                roots["read", key] = reply
            if envelope := events.envelope(endpoint):
                self._call_events(endpoint, envelope, roots, called)
        named = {
            key for _, key in reached if not any(key.startswith(f"{endpoint.code}_") for endpoint in self.endpoints)
        }
        separate = frozenset(row.schema for row in self._decided.corrections.keep_separate)
        given = {row.schema: row.name for row in self._decided.corrections.names if not row.member}
        return Catalog(reached, roots, called, named, separate, locked=self._lock, given=given)

    def _call_events(
        self,
        endpoint: Endpoint,
        envelope: str,
        roots: dict[tuple[Direction, str], str],
        called: dict[tuple[Direction, str], str],
    ) -> None:
        """Name events, and the objects they contain, after their type; a component keeps its name."""
        variants = {key for _, key in self.objects[envelope].variants}
        for key, name in events.names(self.objects, envelope).items():
            if key in variants:
                called["read", key] = name
            elif "/" in key or not _own(endpoint, key):
                roots["read", key] = name

    def _aliases(self) -> list[Alias]:
        """Return an alias for each answer that is not an object."""
        found: list[Alias] = []
        for endpoint in self.endpoints:
            row, answer = self._decided.row(endpoint.code), endpoint.json_answer
            if answer is not None and not isinstance(answer, Ref):
                resource, _ = place(endpoint, row)
                listed = row.item and not row.reply
                name = f"{row.item}List" if listed else root_names(endpoint, row, listed=False)[1]
                found.append(Alias(name, member_name(resource), answer, endpoint.code))
        return found

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
        """Move the models that a common model names to the common module, too."""
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
        given = {
            (row.schema, row.member): row.name
            for row in self._decided.corrections.names
            if row.member and row.value is None
        }
        values = gather(self.models, self._parameter_values(), self._lock)
        name_values(values, given, self._lock, {model.name for model in self.models})
        return Package(
            service=self.name,
            file=self.document.source.file,
            catalog=catalog,
            models=self.models,
            aliases=self._aliases(),
            values=values,
            corrections=self._decided.corrections,
            summaries=self._decided.corrections.summaries,
            failures={code: row.failures for code, row in rows.items() if row.failures},
            title=self.document.source.title,
            events={item.code: self._decided.row(item.code).base for item in self.endpoints if not item.path},
        )

    def _parameter_values(self) -> list[ParameterValues]:
        """Return the parameters with documented values."""
        found: list[ParameterValues] = []
        for endpoint in self.endpoints:
            row = self._decided.row(endpoint.code)
            resource, _ = place(endpoint, row)
            for item in endpoint.parameters:
                shape = item.shape.item if isinstance(item.shape, Many) else item.shape
                if isinstance(shape, Scalar) and shape.values and item.wire not in row.omit:
                    noun = row.item or singular(camel(resource))
                    found.append(ParameterValues(endpoint.code, item.wire, resource, noun, shape.values, shape.retired))
        return found

    def published(self) -> dict[str, str]:
        """Return every name that this service publishes, by what it names."""
        names = {f"{self.name} {model.direction} {key}": model.name for model in self.models for key in model.schemas}
        for item in self.package.values:
            for where, wire in item.keyed():
                names[f"{self.name} values {where}.{wire}"] = item.name
        for plan in self.plans:
            arguments = " ".join(
                f"{argument.wire}={argument.name}" for argument in plan.arguments if argument.wire != argument.name
            )
            names[f"{self.name} operation {plan.endpoint.code}"] = f"{plan.resource}.{plan.method}"
            if arguments:
                names[f"{self.name} arguments {plan.endpoint.code}"] = arguments.replace(" = ", "=")
        return names

    def resources(self) -> dict[str, list[Plan]]:
        """Return the plans of each resource."""
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
        """Return the service's modules by path."""
        found = {f"mirakl_async/models/{self.name}/{name}.py": text for name, text in texts(self.package).items()}
        for resource, plans in self.resources().items():
            about = self._decided.resources.get(resource, "")
            text = ResourceWriter(self.document, self.package, resource, plans, about).text()
            found[f"mirakl_async/operations/{self.name}/{member_name(resource)}.py"] = text
        if not self.plans:
            return found
        about = f'"""The operations of {self.document.source.title}, a module for each resource."""\n'
        found[f"mirakl_async/operations/{self.name}/__init__.py"] = header(self.document.source.file) + "\n" + about
        return found


def _own(endpoint: Endpoint, key: str) -> bool:
    return not key.startswith(f"{endpoint.code}_")


def _listed(answer: Shape | None, objects: dict[str, Object]) -> str | None:
    """Return the object that an answer lists, at its top level or in its first list."""
    if not isinstance(answer, Ref):
        return referred(answer) if answer else None
    return next((referred(item.shape) for item in objects[answer.key].members if isinstance(item.shape, Many)), None)


def _is_list(item: Object) -> bool:
    """Whether an object consists only of a list and its length."""
    rest = [member.wire for member in item.members if not isinstance(member.shape, Many)]
    return len(item.members) - len(rest) == 1 and set(rest) <= {"total_count", "errors_count"}
