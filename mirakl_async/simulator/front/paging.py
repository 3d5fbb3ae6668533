"""The two kinds of paging of Marketplace, which are the same for each of its fifteen paged operations.

**Offset**: `max` (10, at most 100) and `offset`; `total_count` beside the rows; a Link header (RFC 8288) with the
previous and the next page, whose URLs contain unescaped commas. An inserted or deleted row shifts all following rows.

**Seek**: `limit` (10, at most 100 unless the operation has another maximum); `next_page_token` and
`previous_page_token`. A token contains everything that the page needs, including the filters, so all other parameters
are ignored. A page starts after a row, not after a number of rows, so that changes do not shift it; the row itself may
have been deleted meanwhile.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple
from urllib.parse import urlencode
from zlib import crc32

from msgspec import DecodeError, Struct, ValidationError, json

from ..exchange import Answer, Call, answer_json
from .filters import Filter, Wanted, grouped, whole_number
from .list_changes import ListChanges
from .refusals import Refused, refused
from .selections import Question, Selection
from .tables import Row, Table

__all__ = ["Given", "Listing", "PageQuery", "PageToken", "Pager", "links_of"]

Given = Mapping[str, list[str]]
_OFFSET = frozenset({"max", "offset", "sort", "order", "paginate", "locale"})
_SEEK = frozenset({"limit", "page_token", "sort", "locale"})
_KEPT_SELECTIONS = 16


class Listing(NamedTuple):
    """One paged operation: its table, its kind of paging, its filters and its sort criteria.

    `sorts` maps each criterion to the member of the head by which it sorts ("" is the order of creation); the first one
    is the default. `unserved` are documented parameters that are answered with 501. `check` is called with all
    parameters before they are parsed. `scope` filters by what a filter cannot, such as the path; `scoped` are the
    parameters that it reads. `present` removes the members of a row that were not requested.
    """

    operation: str
    path: str
    table: str
    paging: Literal["offset", "seek"]
    items: str = "data"
    filters: tuple[Filter, ...] = ()
    sorts: Mapping[str, str] = {}
    newest_first: bool = False
    unserved: tuple[str, ...] = ()
    default: int = 10
    most: int = 100
    check: Callable[[Given], None] | None = None
    scope: Callable[[Call, Mapping[str, Table]], Wanted] | None = None
    scoped: tuple[str, ...] = ()
    present: Callable[[Given, Row], Row] | None = None


class PageToken(Struct, omit_defaults=True):
    """The content of a page token: the operation, the parameters, and the row before or after the page.

    `at` is the date of creation of that row, for tables in which the order of ranks is not that of creation.
    """

    operation: str
    given: dict[str, list[str]]
    limit: int
    newest_first: bool
    after: int | None = None
    before: int | None = None
    at: float | None = None


class PageQuery(NamedTuple):
    """The parameters of a page.

    `member` is the member of the head by which the list is sorted; "" is the order of creation.
    """

    given: Given
    member: str
    descends: bool


class Pager:
    """Answers paged lists from tables; `ignored` counts parameters that had no effect, as "OR11 foo"."""

    def __init__(self, tables: Mapping[str, Table], changes: ListChanges, *, seed: int = 0) -> None:
        self.ignored: Counter[str] = Counter()
        self._tables = tables
        self._list_changes = changes
        self._secret = crc32(f"page tokens of {seed}".encode())
        self._selections: dict[object, Selection] = {}

    def answer(self, listing: Listing, call: Call) -> Answer:
        """Return one page, and apply the changes of the list that are due after it."""
        table = self._tables[listing.table]
        try:
            if listing.paging == "seek":
                body, links, page = self._seek(listing, table, call)
            else:
                body, links, page = self._offset(listing, table, call)
        except Refused as refusal:
            return refusal.answer
        answer = answer_json(200, body)
        self._list_changes.after(listing.operation, table, page)
        return Answer(200, answer.body, headers={"Link": links}) if links else answer

    def _offset(self, listing: Listing, table: Table, call: Call) -> tuple[Row, str, Sequence[int]]:
        given = grouped(call.pairs)
        self._count_ignored(listing, given, _OFFSET)
        size = whole_number("max", given.get("max", [str(listing.default)])[0], 1, listing.most)
        offset = whole_number("offset", given.get("offset", ["0"])[0], 0)
        criterion = given.get("sort", [next(iter(listing.sorts), "")])[0]
        if criterion and criterion not in listing.sorts:
            raise refused(400, f"The parameter sort takes {', '.join(listing.sorts)}")
        order = given.get("order", ["desc" if listing.newest_first else "asc"])[0]
        if order not in {"asc", "desc"}:
            raise refused(400, "The parameter order takes asc, desc")
        member = listing.sorts.get(criterion, "") or ("created" if table.scattered else "")
        chosen = self._selected(listing, table, call, PageQuery(given, member, order == "desc"))
        paginated = given.get("paginate", ["true"])[0] != "false"
        page = chosen[offset : offset + size] if paginated else chosen
        body = {listing.items: _rows(listing, table, given, page), "total_count": len(chosen)}
        return body, links_of(call, offset, size, len(chosen)) if paginated else "", page

    def _seek(self, listing: Listing, table: Table, call: Call) -> tuple[Row, str, Sequence[int]]:
        given = grouped(call.pairs)
        if "page_token" in given:
            for name in given.keys() - {"page_token"}:
                self.ignored[f"{listing.operation} {name}"] += 1
            token = self._read(listing, given["page_token"][0])
        else:
            self._count_ignored(listing, given, _SEEK)
            limit = whole_number("limit", given.get("limit", [str(listing.default)])[0], 1, listing.most)
            token = PageToken(listing.operation, dict(given), limit, _descends(listing, given))
        member = "created" if table.scattered else ""
        chosen = self._selected(listing, table, call, PageQuery(token.given, member, token.newest_first))
        first, end = _page_bounds(table, chosen, token)
        page = chosen[first:end]
        body: Row = {"data": _rows(listing, table, token.given, page)}
        if end < len(chosen):
            last = page[-1] if page else _rank_beside(token, -1)
            body["next_page_token"] = self._text(token, _created(table, token, page[-1:]), after=last)
        if first > 0:
            before = page[0] if page else _rank_beside(token, 1)
            body["previous_page_token"] = self._text(token, _created(table, token, page[:1]), before=before)
        return body, "", page

    def _selected(self, listing: Listing, table: Table, call: Call, asked: PageQuery) -> Sequence[int]:
        """Return the ranks of all matching rows, in the requested order."""
        question = self._question(listing, table, call, asked)
        wanted = tuple((name, *asked.given[name]) for name in sorted(asked.given) if name not in _OFFSET | _SEEK)
        key = (listing.operation, wanted, *call.path.values(), question.member, question.descends)
        selection = self._selections.pop(key, None) or Selection()
        self._selections[key] = selection  # the oldest selection is removed first
        if len(self._selections) > _KEPT_SELECTIONS:
            del self._selections[next(iter(self._selections))]
        return selection.chosen(table, question)

    def _question(self, listing: Listing, table: Table, call: Call, asked: PageQuery) -> Question:
        if listing.check is not None:
            listing.check(asked.given)
        tests = [] if listing.scope is None else [listing.scope(call, self._tables)]
        ranks: Sequence[int] | None = None
        for narrowing in listing.filters:
            values = asked.given.get(narrowing.parameter, ())
            test = narrowing.wanted(values)
            if test is None:
                continue
            tests.append(test)
            if values and narrowing.member == table.kind.identity:
                found = (table.find(value) for value in narrowing.values(values))
                ranks = sorted({rank for rank in found if rank is not None})
        return Question(ranks, tests, asked.member, asked.descends)

    def _count_ignored(self, listing: Listing, given: Given, known: frozenset[str]) -> None:
        names = {narrowing.parameter for narrowing in listing.filters} | set(listing.scoped)
        for name in given:
            if name in listing.unserved:
                raise refused(501, f"The simulator does not filter by {name}")
            if name not in names and name not in known:
                self.ignored[f"{listing.operation} {name}"] += 1

    def _text(self, token: PageToken, at: float | None, *, after: int | None = None, before: int | None = None) -> str:
        fields = PageToken(token.operation, token.given, token.limit, token.newest_first, after, before, at)
        body = json.encode(fields)
        return urlsafe_b64encode(crc32(body, self._secret).to_bytes(4, "big") + body).decode().rstrip("=")

    def _read(self, listing: Listing, text: str) -> PageToken:
        try:
            whole = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            token = json.decode(whole[4:], type=PageToken)
        except (ValueError, DecodeError, ValidationError):
            raise refused(400, "The parameter page_token is not valid") from None
        if whole[:4] != crc32(whole[4:], self._secret).to_bytes(4, "big") or token.operation != listing.operation:
            raise refused(400, "The parameter page_token is not valid")
        return token


def links_of(call: Call, offset: int, size: int, total: int) -> str:
    """Return the Link header of an offset page; empty if there is neither a previous nor a next page."""
    kept = [(name, value) for name, value in call.pairs if name not in {"max", "offset"}]
    targets: list[tuple[int, str]] = []
    if offset > 0:
        targets.append((max(0, offset - size), "previous"))
    if offset + size < total:
        targets.append((offset + size, "next"))
    urls = [urlencode([*kept, ("max", str(size)), ("offset", str(place))], safe=",|:") for place, _ in targets]
    return ", ".join(f'<{call.url}?{url}>; rel="{rel}"' for url, (_, rel) in zip(urls, targets, strict=True))


def _rows(listing: Listing, table: Table, given: Given, page: Sequence[int]) -> list[Row]:
    rows = [table.row(rank) for rank in page]
    present = listing.present
    return rows if present is None else [present(given, row) for row in rows]


def _descends(listing: Listing, given: Given) -> bool:
    if "sort" not in given:
        return listing.newest_first
    criterion, _, direction = given["sort"][0].partition(",")
    if criterion not in listing.sorts or direction not in {"ASC", "DESC"}:
        known = ", ".join(f"{name},ASC or {name},DESC" for name in listing.sorts) or "nothing"
        raise refused(400, f"The parameter sort takes {known}")
    return direction == "DESC"


def _page_bounds(table: Table, chosen: Sequence[int], token: PageToken) -> tuple[int, int]:
    """Return the start and the end of a token's page in the selected rows."""
    sign = -1 if token.newest_first else 1

    def place(rank: int, at: float | None = None) -> tuple[float, int]:
        created: float = (table.head(rank)["created"] if at is None else at) if table.scattered else 0
        return sign * created, sign * rank

    if token.before is not None:
        end = bisect_left(chosen, place(token.before, token.at), key=place)
        return max(0, end - token.limit), end
    first = 0
    if token.after is not None:
        first = bisect_right(chosen, place(token.after, token.at), key=place)
    return first, min(first + token.limit, len(chosen))


def _created(table: Table, token: PageToken, row: Sequence[int]) -> float | None:
    """Return the date of creation of a token's row, if it determines the position."""
    if not table.scattered:
        return None
    created: float | None = table.head(row[0])["created"] if row else token.at
    return created


def _rank_beside(token: PageToken, step: int) -> int:
    """Return the rank beside the row in an empty page's token, so that rows between them are not lost."""
    step = -step if token.newest_first else step
    if token.after is not None:
        return token.after + step
    return (token.before or 0) + step
