"""What every generated struct stands on.

A struct that is *received* is typed as the contract promises and decoded as the server does: a member the contract
requires is `Expected[T]`, which is `T` to a type checker and `T | None` at run time, so that a broken promise reads as
None instead of costing the page. All other members are `T | None`. Decode with `strict=False`: numbers and booleans
also come as text.

A struct that is *sent* is exact: what is required has no default, what is optional defaults to `UNSET` and is then
left out, and `null` is allowed only where the type says None. Bounds of numbers and the zone of date-times are checked
when the struct is made; lengths, patterns and list sizes are in the types, for `msgspec.convert` to check.

A struct shows what it is, its own identifiers, and how many members it has: `<Order order_id='O-1' members=31>`. Its
values are there for whoever asks for them: as attributes, through `msgspec.to_builtins`, or as JSON.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Optional, TypeVar

from msgspec import UNSET, Struct, UnsetType

from .redaction import RedactedRepr
from .server_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .codec import Repair
    from .downloads import Download

__all__ = [
    "EXPECTED_DEFAULT",
    "REASONS",
    "BulkResult",
    "Command",
    "Event",
    "Expected",
    "Fact",
    "Model",
    "NonFinite",
    "RequestModel",
    "ResponseModel",
    "Untyped",
    "check_exactly_one",
    "check_number",
    "check_required",
    "check_timezone",
    "identifiers",
]

T = TypeVar("T")

if TYPE_CHECKING:
    Expected = Annotated[T, "promised by the contract"]
    Untyped = Annotated[T, "Any at run time, in which a number with a fraction is a Decimal"]
else:
    Expected = Optional

    class Untyped:
        """A union that no decoder can tell apart, such as of text and Decimal."""

        __class_getitem__ = classmethod(lambda _cls, _kind: Any)


EXPECTED_DEFAULT: Any = None
"""The default of an `Expected` member: what a broken promise reads as."""

LOWEST = Decimal("-9e999999")
HIGHEST = Decimal("9e999999")


PERSONAL_NAMES = {"contact", "customer", "participant", "recipient", "to", "user"}
SENT_AS = {"input", "request", "update"}
MAX_SHOWN_LENGTH = 64
REASONS = ("message", "error_message", "detail", "code")
MAX_SHOWN_REASONS = 3


class Model(RedactedRepr, Struct):
    """Shows its own identifiers, and how many members it has."""

    def _shown(self) -> list[tuple[str, Any]]:
        values = (getattr(self, name) for name in self.__struct_fields__)
        count = sum(value is not None and value is not UNSET for value in values)
        told = [(name, getattr(self, name)) for name in identifiers(type(self))]
        return [*((name, value) for name, value in told if _is_plain(value)), ("members", count)]


def _is_plain(value: object) -> bool:
    """Whether a value may be shown; some systems know people by their e-mail address."""
    return isinstance(value, int) or (isinstance(value, str) and len(value) <= MAX_SHOWN_LENGTH and "@" not in value)


@cache
def identifiers(kind: type[Struct]) -> tuple[str, ...]:
    """The members that identify a struct, at most two: its own if it has one, never a person's."""
    words = [word.lower() for word in re.findall("[A-Z][^A-Z]*", kind.__name__)]
    noun = next((word for word in reversed(words) if word not in SENT_AS), "")
    if PERSONAL_NAMES & {*words}:
        return ()
    named = [
        name for name in kind.__struct_fields__ if name.endswith("_id") and not PERSONAL_NAMES & {*name.split("_")}
    ]
    own = [name for name in kind.__struct_fields__ if name in {"id", "code"} or name.endswith(f"{noun}_id")]
    return tuple((own or named)[:2])


class ResponseModel(Model, kw_only=True, gc=False, omit_defaults=True):
    """Decoded from an answer. A tree: it holds no cycles, so the garbage collector need not look at it."""


class NonFinite(Decimal):
    """NaN or an infinity, which no JSON can carry: the encoder refuses this type; a plain Decimal it would write."""


class _Origin:
    """What an event was decoded from. In slots beside the members, it is not compared, encoded, copied or pickled."""

    __slots__ = ("_download", "_raw", "_repairs")

    @property
    def raw(self) -> bytes:
        """The bytes it was decoded from, personal data among them; empty for one that was not decoded."""
        return getattr(self, "_raw", b"")

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """Where it did not keep its contract, without any of its values."""
        return getattr(self, "_repairs", ())

    def keep_origin(self, raw: bytes, repairs: tuple[Repair, ...] = ()) -> None:
        """Keep the bytes it was decoded from, and what had to be repaired; for the decoder."""
        self._raw = raw
        self._repairs = repairs

    def keep_download(self, download: Callable[[], Download]) -> None:
        """Keep what gives its document; for the client that received it."""
        self._download = download


class Event(_Origin, ResponseModel, kw_only=True, gc=False, omit_defaults=True):
    """What Connect puts on a connector's queue: an envelope, and its data in a struct for each type.

    `id` is the same for each delivery, `time` is when it happened. What this version does not know of is in `raw`.
    """

    type: ClassVar[str]
    id: Expected[str] = EXPECTED_DEFAULT
    time: Expected[dt.datetime] = EXPECTED_DEFAULT

    @property
    def key(self) -> str:
        """The id to compare: Connect writes one id in upper case here and in lower case there."""
        return self.id.strip().lower()


class Fact(Event, kw_only=True, gc=False, omit_defaults=True):
    """Something that happened: nothing has to be answered."""


class Command(Event, kw_only=True, gc=False, omit_defaults=True):
    """Something to be done to an order: its one outcome has to be reported, once, under `action_id`."""

    @property
    def action_id(self) -> str:
        """What the outcome is reported under; each command's data have it."""
        data: Any = getattr(self, "data", None)
        found: str = data.action_id
        return found

    def download(self) -> Download:
        """The document of an UPLOAD_DOCUMENT: `async with command.download() as file`, or `save` or `read` it.

        Its address expires within minutes, so fetch it in the handler. It is asked without Mirakl's token, and no
        redirect is followed to another host. Raises ValueError for a command without a document, or one that no client
        received.
        """
        found: Callable[[], Download] | None = getattr(self, "_download", None)
        if found is None:
            raise ValueError(f"{self.type} has no document that can be fetched: it must come from connect.events")
        return found()


class RequestModel(Model, kw_only=True, gc=False):
    """Encoded into a request."""

    def __setattr__(self, name: str, value: object) -> None:
        """Numbers are checked when a struct is made; one that is assigned later must not become invalid JSON either."""
        if type(value) is Decimal and not value.is_finite():
            value = NonFinite(value)
        super().__setattr__(name, value)


class BulkResult(Generic[T]):
    """An answer that may report failed items although its status says success."""

    __slots__ = ()

    @property
    def failed(self) -> list[T]:
        """The items that Mirakl refused, as it reported them; empty when all went well."""
        return list(self._failures())

    def raise_for_errors(self) -> None:
        """Raise `PartialFailure`, which holds the refused items, if there are any."""
        failed = self.failed
        if failed:
            from .errors import PartialFailure  # noqa: PLC0415 - models load without the rest of the package

            many = "1 failure" if len(failed) == 1 else f"{len(failed)} failures"
            said = list(dict.fromkeys(words for item in failed for words in _reasons(item)))
            shown = [*said[:MAX_SHOWN_REASONS], *(["..."] if len(said) > MAX_SHOWN_REASONS else [])]
            raise PartialFailure(": ".join([type(self).__name__, many, *(["; ".join(shown)] if shown else [])]), failed)

    def _failures(self) -> Iterable[T]:
        raise NotImplementedError


def _reasons(item: object) -> Iterator[str]:
    """Why an item failed, in the server's words, wherever that item keeps them."""
    for part in (item, *(getattr(item, "errors", None) or ()), *(getattr(item, "details", None) or ())):
        words = next((text for name in REASONS if (text := getattr(part, name, None))), None)
        if isinstance(words, str):
            yield one_line(words)


def check_number(place: str, value: Decimal | UnsetType | None, low: Decimal = LOWEST, high: Decimal = HIGHEST) -> None:
    """Refuse a number outside its bounds, and NaN and the infinities, which no JSON can carry."""
    if value is None or value is UNSET:
        return
    try:
        if low <= value <= high:
            return
    except (InvalidOperation, TypeError):  # NaN has no order; a text is no number
        raise ValueError(f"{place}: must be a finite number, not {value!r}") from None
    if not Decimal(value).is_finite():
        raise ValueError(f"{place}: must be a finite number, not {value}")
    bound = f"at least {low}" if value < low else f"at most {high}"
    raise ValueError(f"{place}: must be {bound}, not {value}")


def check_timezone(place: str, value: dt.datetime | UnsetType | None) -> None:
    """Refuse a date-time without a zone: the server would have to guess it."""
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        raise ValueError(f"{place}: needs a time zone, {value.isoformat()} has none; try datetime.now(timezone.utc)")


def check_exactly_one(place: str, *members: tuple[str, object]) -> None:
    """Refuse an object that sets none, or more than one, of members that exclude each other."""
    given = [name for name, value in members if value is not UNSET]
    if len(given) != 1:
        names = ", ".join(name for name, _ in members)
        raise ValueError(f"{place}: set exactly one of {names}, not {' and '.join(given) or 'none'}")


def check_required(place: str, value: object, reason: str) -> None:
    """Refuse an object that lacks a member which another member's value makes required."""
    if value is UNSET or value is None or value == []:
        raise ValueError(f"{place}: required {reason}")
