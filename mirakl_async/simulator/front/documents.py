"""Documents of orders and of shops: lists, downloads of a file or a ZIP archive, uploads and deletions.

A single document that is requested by its id is sent unchanged. Several documents, or all documents of an owner, are
sent in an archive with a folder for each owner. Each owner has two documents at the start, which are generated when
they are read.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from msgspec import Struct

from ..clock import Clock
from ..exchange import Answer, Call, answer_json
from . import names
from .filters import MAX_VALUES, boolean, moment
from .multipart import Part, Upload, files_of, json_of, parts_of, text_of, uploads_of
from .refusals import Refused, invalid, refused
from .row_random import instant
from .tables import FILLED_SPAN, Table

__all__ = [
    "Document",
    "DocumentKind",
    "Documents",
    "FileDescription",
    "archive",
    "attachment",
    "order_document_kind",
    "shop_document_kind",
]

MAX_DOCUMENTS = 50
_UPLOADED = 1_000_000_000
"""The first id of uploaded documents; the initial documents have lower ids."""

_ORDER_ENDINGS = re.compile(r"csv|doc|xlsx?|ppt|pdf|od[tsp]|txt|rtf|png|jpg|gif|zpl|mov|mp4", re.IGNORECASE)
_SHOP_ENDINGS = re.compile(
    r"csv|docx?|gif|html|jpeg|latex|mp4|od[pcgst]|pdf|png|pp[st]x?|quicktime|rtf|text|tiff|xlsx?|xml|zip", re.IGNORECASE
)
_NINETY_DAYS = 90 * 86_400


class Document(NamedTuple):
    """One document: its number, its owner, its type, its name and its content."""

    id: int
    owner: str
    type: str
    name: str
    uploaded: float
    content: bytes


class FileDescription(Struct):
    """The description of one file of an upload."""

    file_name: str
    type_code: str
    entity: dict[str, str] | None = None


class DocumentKind(NamedTuple):
    """The differences between documents of orders and of shops.

    `rank` returns the rank of an existing owner, and `owner` the name for a rank. `uploaded` returns the date of the
    documents that an owner has at the start; the first two types are the types of these documents. Types in `closed`
    cannot be uploaded.
    """

    noun: str
    rank: Callable[[str], int | None]
    owner: Callable[[int], str]
    uploaded: Callable[[int], float]
    types: Sequence[str]
    closed: Sequence[str]
    endings: re.Pattern[str]
    ascii_names: bool


def order_document_kind(orders: Table) -> DocumentKind:
    """Return the kind of orders' documents, which are uploaded when their order is created."""

    def uploaded(rank: int) -> float:
        created: float = orders.head(rank)["created"]
        return created

    return DocumentKind(
        noun="order",
        rank=orders.find,
        owner=orders.identify,
        uploaded=uploaded,
        types=("SYSTEM_DELIVERY_BILL", "CUSTOMER_INVOICE", "SYSTEM_RETURN_LABEL", "SYSTEM_MESSAGE_ATTACHMENT"),
        closed=("SYSTEM_MESSAGE_ATTACHMENT",),
        endings=_ORDER_ENDINGS,
        ascii_names=True,
    )


def shop_document_kind(now: float) -> DocumentKind:
    """Return the kind of shops' documents, which are uploaded in the week before `now`."""

    def owner(rank: int) -> str:
        return str(names.FIRST_SHOP + rank)

    def uploaded(rank: int) -> float:
        return int(now) - (names.SHOPS - rank) * (FILLED_SPAN // names.SHOPS)

    return DocumentKind(
        noun="shop",
        rank=names.shop_rank,
        owner=owner,
        uploaded=uploaded,
        types=("LEGAL_DOC", "ID_CARD", "IDENTIFICATION_DOCUMENT", "BANK_DETAILS"),
        closed=(),
        endings=_SHOP_ENDINGS,
        ascii_names=False,
    )


class Documents:
    """The documents of one kind of owner."""

    def __init__(self, kind: DocumentKind, clock: Clock, uploads: deque[Upload], *, live: bool = False) -> None:
        self._kind = kind
        self._live = live
        self._clock = clock
        self._uploads = uploads
        self._added: dict[int, Document] = {}
        self._deleted: dict[int, float] = {}

    def of(self, owner: str, *, deleted: bool = False) -> list[Document]:
        """Return the documents of an existing owner, oldest first."""
        rank = self._kind.rank(owner)
        there = [] if rank is None else [self._usual(rank, place) for place in range(2)]
        there += [document for document in self._added.values() if document.owner == owner]
        return [document for document in there if deleted or document.id not in self._deleted]

    def get(self, text: str) -> Document | None:
        """Return one document by its number, or None if it does not exist."""
        number = names.digits(text)
        if number is None or number in self._deleted:
            return None
        if number in self._added:
            return self._added[number]
        rank, place = divmod(number - names.number(0), 2)
        known = self._kind.rank(self._kind.owner(rank)) is not None
        return self._usual(rank, place) if known else None

    def listed(self, call: Call) -> Answer:
        """OR72: answer the documents of orders."""
        try:
            owners = _several(call, "order_ids", most=MAX_VALUES)
            if not owners:
                raise refused(400, "The parameter order_ids is missing")
        except Refused as refusal:
            return refusal.answer
        rows = [self._row(document) for owner in owners for document in self.of(owner)]
        return answer_json(200, {"order_documents": rows, "total_count": len(rows)})

    def listed_of_shops(self, call: Call) -> Answer:
        """S30: answer the documents of shops; with only `updated_since`, those of all shops."""
        try:
            owners = _several(call, "shop_ids")
            since = moment("updated_since", call.query["updated_since"]) if "updated_since" in call.query else None
            if not owners and since is None:
                raise refused(400, "One of the parameters shop_ids and updated_since is needed")
            if since is not None and self._clock.time() - since > _NINETY_DAYS:
                raise refused(400, "The parameter updated_since reaches back 90 days at most")
            deleted = boolean("include_deleted", call.query.get("include_deleted", "false"))
        except Refused as refusal:
            return refusal.answer
        owners = owners or [self._kind.owner(rank) for rank in range(names.SHOPS)]
        rows = [
            self._row(document)
            for owner in owners
            for document in self.of(owner, deleted=deleted)
            if since is None or max(document.uploaded, self._deleted.get(document.id, 0)) >= since
        ]
        return answer_json(200, {"shop_documents": rows, "total_count": len(rows)})

    def download(self, call: Call) -> Answer:
        """OR73, S31: answer one document that is requested by its number, or an archive of documents."""
        noun = self._kind.noun
        most = MAX_VALUES if noun == "order" else None
        try:
            ids = _several(call, "document_ids", most=most)
            owners = _several(call, f"{noun}_ids", most=most)
            types = _several(call, "document_codes" if noun == "order" else "type_codes", most=most)
            chosen = self._chosen(ids, owners, types)
        except Refused as refusal:
            return refusal.answer
        if len(ids) == 1 and not owners:
            return attachment(chosen[0].name, chosen[0].content)
        stamp = int(self._clock.time() * 1000)
        return attachment(f"documents-{stamp}.zip", archive((one.owner, one.name, one.content) for one in chosen))

    def upload(self, call: Call) -> Answer:
        """OR74, S32: store files with their types, and answer the rejected files with the reasons."""
        noun = self._kind.noun
        try:
            known = ("files", f"{noun}_documents", *(("shop_id",) if noun == "shop" else ()))
            parts = parts_of(call, *known)
            owner = call.path["order_id"] if noun == "order" else text_of(parts, "shop_id") or ""
            if self._kind.rank(owner) is None:
                raise refused(404, f"There is no such {noun}")
            files, described = _described(parts, f"{noun}_documents")
            if len(self.of(owner)) + len(files) > MAX_DOCUMENTS:
                raise refused(400, f"The {noun} would have more than {MAX_DOCUMENTS} documents")
        except Refused as refusal:
            return refusal.answer
        failures = [failure for one in described if (failure := self._failure(one))]
        wrong = {failure["input"]["file_name"] for failure in failures}
        now = self._clock.time()
        for one in described:
            name = one.file_name
            if name not in wrong:
                number = _UPLOADED + len(self._added)
                self._added[number] = Document(number, owner, one.type_code, name, now, files[name].content)
        self._uploads.extend(uploads_of(call, owner, [part for name, part in files.items() if name not in wrong]))
        count = len(failures)
        if noun == "order" or self._live:  # the published example of S32 has OR74's format, its schema has not
            return answer_json(200, {"errors_count": count, f"{noun}_documents": failures})
        return answer_json(200, {"errors_count": count, "documents": [{"errors": one["errors"]} for one in failures]})

    def delete(self, call: Call) -> Answer:
        """OR76, S33: delete a document."""
        document = self.get(call.path["document_id"])
        if document is None:
            return refused(404, "There is no such document").answer
        self._deleted[document.id] = self._clock.time()
        return Answer(204)

    def _usual(self, rank: int, place: int) -> Document:
        owner, type_code = self._kind.owner(rank), self._kind.types[place]
        number = names.number(0) + 2 * rank + place
        content = f"%PDF-1.4\n% {type_code} of {owner}\n".encode() + bytes(range(256)) * (4 + rank % 60) + b"\n%%EOF\n"
        return Document(
            number, owner, type_code, f"{type_code.lower()}-{owner}.pdf", self._kind.uploaded(rank), content
        )

    def _row(self, document: Document) -> dict[str, Any]:
        row: dict[str, Any] = {
            "date_uploaded": instant(document.uploaded),
            "file_name": document.name,
            "id": document.id,
            "type": document.type,
        }
        if self._kind.noun == "order":
            return row | {"file_size": len(document.content), "order_id": document.owner}
        deleted = self._deleted.get(document.id)
        row["shop_id"] = int(document.owner)
        return row | {"date_deleted": instant(deleted)} if deleted else row

    def _chosen(self, ids: Sequence[str], owners: Sequence[str], types: Sequence[str]) -> list[Document]:
        if not ids and not owners:
            raise refused(400, f"One of the parameters document_ids and {self._kind.noun}_ids is needed")
        found = [self.get(one) for one in ids]
        if None in found or any(self._kind.rank(owner) is None for owner in owners):
            raise refused(404, "A document or its owner is not known")
        there = [one for one in found if one is not None] + [one for owner in owners for one in self.of(owner)]
        chosen = [one for one in there if not types or one.type in types]
        if not chosen:
            raise refused(404, "There is no such document")
        return chosen

    def _failure(self, one: FileDescription) -> dict[str, Any] | None:
        kind, name, type_code = self._kind, one.file_name, one.type_code
        errors: list[dict[str, str]] = []
        if type_code not in kind.types or type_code in kind.closed:
            errors.append(_error(f"valid_{kind.noun}_document.type", "type_code", "The type cannot be uploaded"))
        if kind.endings.fullmatch(name.rpartition(".")[2]) is None:
            errors.append(_error(f"valid_{kind.noun}_document.extension", "file_name", "The ending is not supported"))
        if kind.ascii_names and not name.isascii():
            errors.append(_error(f"valid_{kind.noun}_document.name", "file_name", "The name must be ASCII"))
        return {"errors": errors, "input": {"file_name": name, "type_code": type_code}} if errors else None


def attachment(name: str, content: bytes) -> Answer:
    """Return an answer with a file, whose name is in Content-Disposition."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    extended = "" if name.isascii() else f"; filename*=UTF-8''{quote(name)}"
    disposition = f'attachment; filename="{plain}"{extended}'
    return Answer(200, content, "application/octet-stream", {"Content-Disposition": disposition})


def archive(files: Iterable[tuple[str, str, bytes]]) -> bytes:
    """Return a ZIP archive of files by folder and name; if two have the same name, the second becomes name(1)."""
    buffer, taken = io.BytesIO(), set[str]()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for folder, name, content in files:
            stem, dot, ending = name.rpartition(".")
            path, count = f"{folder}/{name}", 0
            while path in taken:
                count += 1
                path = f"{folder}/{stem}({count}){dot}{ending}"
            taken.add(path)
            packed.writestr(path, content)
    return buffer.getvalue()


def _error(code: str, field: str, message: str) -> dict[str, str]:
    return {"code": code, "field": field, "message": message}


def _several(call: Call, name: str, *, most: int | None = None) -> list[str]:
    values = [value for value in call.query.get(name, "").split(",") if value]
    if most is not None and len(values) > most:
        raise refused(400, f"The parameter {name} takes at most {most} values, {len(values)} given")
    return values


def _described(parts: list[Part], member: str) -> tuple[dict[str, Part], list[FileDescription]]:
    """Return the files of an upload by name, and their descriptions; raises Refused if the two do not match."""
    files = files_of(parts, "files")
    by_name = {part.file_name: part for part in files}
    if len(by_name) != len(files):
        raise invalid([("INVALID_INPUT", "files", "The names of the files must be distinct")])
    described = json_of(parts, member, dict[str, list[FileDescription]]).get(member)
    if described is None:
        raise invalid([("NotNull", member, f"{member} must be an object with the list {member}")])
    if sorted(one.file_name for one in described) != sorted(by_name):
        raise invalid([("INVALID_INPUT", member, "Each file needs exactly one description, by its name")])
    if member == "shop_documents" and len({one.type_code for one in described}) != len(described):
        raise invalid([("INVALID_INPUT", member, "There can be only one file of each type")])
    return by_name, described
