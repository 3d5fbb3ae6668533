"""Files of the accounting documents of orders (DR73): a PDF and a cXML for each order; several files are zipped."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from ..clock import Clock
from ..exchange import Answer, Call
from . import names
from .documents import archive, attachment
from .filters import MAX_VALUES, grouped
from .refusals import Refused, refused
from .tables import Table

__all__ = ["FORMATS", "AccountingDocuments", "document_id"]

FORMATS = ("PDF", "cXML")
_ENTITIES = (
    "PRODUCT_LOGISTIC_ORDER",
    "SHOP_BILLING_CYCLE_PURCHASE_ORDER",
    "LOGISTIC_PURCHASE_ORDER",
    "FEES",
    "ONE_OFF_FEES",
)


class AccountingDocuments:
    """Two documents for each order; an id consists of "INV-", the order's number and the format."""

    def __init__(self, tables: Mapping[str, Table], clock: Clock) -> None:
        self._orders = tables["orders"]
        self._clock = clock

    def download(self, call: Call) -> Answer:
        """DR73: answer one document unchanged, or several documents in an archive."""
        try:
            chosen = self._chosen(grouped(call.pairs))
        except Refused as refusal:
            return refusal.answer
        files = [
            (f"product-logistic-order/{self._orders.identify(rank)}", *self._file(rank, form)) for rank, form in chosen
        ]
        if len(files) == 1:
            return attachment(*files[0][1:])
        return attachment(f"documents-{int(self._clock.time() * 1000)}.zip", archive(files))

    def _chosen(self, given: Mapping[str, list[str]]) -> list[tuple[int, str]]:
        for name, values in given.items():
            if len(values) > MAX_VALUES:
                raise refused(400, f"The parameter {name} takes at most {MAX_VALUES} values, {len(values)} given")
        if "document_request_id" in given:
            raise refused(501, "The simulator does not filter by document_request_id")
        formats = given.get("document_format", list(FORMATS))
        types = given.get("entity_type", [])
        if any(form not in FORMATS for form in formats) or any(kind not in _ENTITIES for kind in types):
            raise refused(400, "The parameter document_format or entity_type has an unknown value")
        if "entity_id" in given and not types:
            raise refused(400, "The parameter entity_id needs entity_type")
        if "document_id" not in given and "entity_id" not in given:
            raise refused(400, "One of the parameters document_id and entity_id is needed")
        found: list[tuple[int | None, str]] = [self._document(text) for text in given.get("document_id", ())]
        found += [(self._orders.find(text), form) for text in given.get("entity_id", ()) for form in FORMATS]
        chosen = [(rank, form) for rank, form in found if rank is not None and form in formats]
        if not chosen or len(chosen) < len([form for _, form in found if form in formats]):
            raise refused(404, "There is no such document")
        return chosen

    def _document(self, text: str) -> tuple[int | None, str]:
        prefix, _, rest = text.partition("-")
        number, _, form = rest.partition("-")
        rank = names.number_rank(number) if prefix == "INV" and form in FORMATS else None
        return (rank if rank is not None and rank in self._orders else None), form if form in FORMATS else "PDF"

    def _file(self, rank: int, form: str) -> tuple[str, bytes]:
        name, order = f"INV-{names.number(rank)}", self._orders.identify(rank)
        if form == "PDF":
            return f"{name}.pdf", f"%PDF-1.4\n% invoice of {order}\n%%EOF\n".encode()
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<cXML><Invoice order={quoteattr(order)}/></cXML>\n'
        return f"{name}.cxml", text.encode()


def document_id(rank: int, form: str) -> str:
    """Return the id of an order's document."""
    return f"INV-{names.number(rank)}-{form}"
