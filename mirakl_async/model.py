"""The base classes of the generated models.

A *response* model is typed as the schema requires, but decodes leniently: a member that the schema requires is
`Expected[T]`, which is `T` to a type checker and `T | None` at run time, so that a missing or invalid member is None
instead of making the page unreadable. All other members are `T | None`. Decode with `strict=False`: numbers and
booleans may also be sent as strings.

A *request* model is exact: a required member has no default, an optional one defaults to `UNSET` and is then omitted,
and `null` is allowed only if the type includes None. The bounds of numbers and the zone of date-times are checked when
the struct is created; lengths, patterns and list sizes are in the types, for `msgspec.convert` to check.

The repr of a model shows its type, its own identifiers, and the number of its members: `<Order order_id='O-1'
members=31>`. The values are available as attributes, through `msgspec.to_builtins`, or as JSON.
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
        """A union that msgspec cannot decode, such as of str and Decimal."""

        __class_getitem__ = classmethod(lambda _cls, _kind: Any)


EXPECTED_DEFAULT: Any = None
"""The default of an `Expected` member, for one that is missing or invalid."""

MIN_NUMBER = Decimal("-9e999999")
MAX_NUMBER = Decimal("9e999999")


PERSONAL_NAMES = {"contact", "customer", "participant", "recipient", "to", "user"}
REQUEST_SUFFIXES = {"input", "request", "update"}
MAX_SHOWN_LENGTH = 64
REASONS = ("message", "error_message", "detail", "code")
MAX_SHOWN_REASONS = 3


class Model(RedactedRepr, Struct):
    """The base class of all models; its repr shows the model's identifiers and the number of its members."""

    def _shown(self) -> list[tuple[str, Any]]:
        values = (getattr(self, name) for name in self.__struct_fields__)
        count = sum(value is not None and value is not UNSET for value in values)
        named_values = [(name, getattr(self, name)) for name in identifiers(type(self))]
        return [*((name, value) for name, value in named_values if _is_plain(value)), ("members", count)]


def _is_plain(value: object) -> bool:
    """Whether a value may be shown: not an e-mail address, which some systems use as an identifier."""
    return isinstance(value, int) or (isinstance(value, str) and len(value) <= MAX_SHOWN_LENGTH and "@" not in value)


@cache
def identifiers(kind: type[Struct]) -> tuple[str, ...]:
    """The members that identify a struct, at most two: preferably its own id, never a person's."""
    words = [word.lower() for word in re.findall("[A-Z][^A-Z]*", kind.__name__)]
    noun = next((word for word in reversed(words) if word not in REQUEST_SUFFIXES), "")
    if PERSONAL_NAMES & {*words}:
        return ()
    named = [
        name for name in kind.__struct_fields__ if name.endswith("_id") and not PERSONAL_NAMES & {*name.split("_")}
    ]
    own = [name for name in kind.__struct_fields__ if name in {"id", "code"} or name.endswith(f"{noun}_id")]
    return tuple((own or named)[:2])


class ResponseModel(Model, kw_only=True, gc=False, omit_defaults=True):
    """The base class of models that are decoded from responses. They contain no cycles, so `gc` is disabled."""


class NonFinite(Decimal):
    """NaN or an infinity, which JSON does not support: msgspec rejects this type, but would encode a plain Decimal."""


class _Origin:
    """The source of an event. It is stored in slots, not members, so it is not compared, encoded, copied or pickled."""

    __slots__ = ("_download", "_raw", "_repairs")

    @property
    def raw(self) -> bytes:
        """The bytes that the event was decoded from, which may contain personal data; empty if it was not decoded."""
        return getattr(self, "_raw", b"")

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """The repairs of its schema violations, without any of its values."""
        return getattr(self, "_repairs", ())

    def keep_origin(self, raw: bytes, repairs: tuple[Repair, ...] = ()) -> None:
        """Store the bytes of the event and its repairs; called by the decoder."""
        self._raw = raw
        self._repairs = repairs

    def keep_download(self, download: Callable[[], Download]) -> None:
        """Store the function that returns the download of its document; called by the client."""
        self._download = download


class Event(_Origin, ResponseModel, kw_only=True, gc=False, omit_defaults=True):
    """An event that Connect puts on a connector's queue: an envelope, and data with a struct for each type.

    `id` is the same for every delivery; `time` is when the event happened. Members that this version does not know are
    in `raw` only.
    """

    type: ClassVar[str]
    id: Expected[str] = EXPECTED_DEFAULT
    time: Expected[dt.datetime] = EXPECTED_DEFAULT

    @property
    def key(self) -> str:
        """The id for comparisons: Connect sends the same id in upper or lower case."""
        return self.id.strip().lower()


class Fact(Event, kw_only=True, gc=False, omit_defaults=True):
    """An event that requires no response."""


class Command(Event, kw_only=True, gc=False, omit_defaults=True):
    """An action to perform on an order; its outcome must be reported once, under `action_id`."""

    @property
    def action_id(self) -> str:
        """The id under which the outcome is reported."""
        data: Any = getattr(self, "data", None)
        found: str = data.action_id
        return found

    def download(self) -> Download:
        """The document of an UPLOAD_DOCUMENT: `async with command.download() as file`, or `save` or `read` it.

        Its URL expires within minutes, so download it in the handler. It is requested without credentials; redirects
        to other hosts are not followed. Raises ValueError for a command without a document, or one that was not
        received by a client.
        """
        found: Callable[[], Download] | None = getattr(self, "_download", None)
        if found is None:
            raise ValueError(f"{self.type} has no document to download; the command must come from connect.events")
        return found()


class RequestModel(Model, kw_only=True, gc=False):
    """The base class of models that are encoded in requests."""

    def __setattr__(self, name: str, value: object) -> None:
        """Replace NaN and infinities, so that an assigned number cannot become invalid JSON either."""
        if type(value) is Decimal and not value.is_finite():
            value = NonFinite(value)
        super().__setattr__(name, value)


class BulkResult(Generic[T]):
    """A successful response that may report failed items."""

    __slots__ = ()

    @property
    def failed(self) -> list[T]:
        """The items that Mirakl rejected, as it reported them; empty if there are none."""
        return list(self._failures())

    def raise_for_errors(self) -> None:
        """Raise `PartialFailure` with the rejected items if there are any."""
        failed = self.failed
        if failed:
            from .errors import PartialFailure  # noqa: PLC0415 - models load without the rest of the package

            count_text = "1 failure" if len(failed) == 1 else f"{len(failed)} failures"
            reasons = list(dict.fromkeys(message for item in failed for message in _reasons(item)))
            shown = [*reasons[:MAX_SHOWN_REASONS], *(["..."] if len(reasons) > MAX_SHOWN_REASONS else [])]
            raise PartialFailure(
                ": ".join([type(self).__name__, count_text, *(["; ".join(shown)] if shown else [])]), failed
            )

    def _failures(self) -> Iterable[T]:
        raise NotImplementedError


def _reasons(item: object) -> Iterator[str]:
    """The server's reasons why an item failed, from the members where such items contain them."""
    for part in (item, *(getattr(item, "errors", None) or ()), *(getattr(item, "details", None) or ())):
        message = next((text for name in REASONS if (text := getattr(part, name, None))), None)
        if isinstance(message, str):
            yield one_line(message)


def check_number(
    place: str, value: Decimal | UnsetType | None, low: Decimal = MIN_NUMBER, high: Decimal = MAX_NUMBER
) -> None:
    """Raise ValueError for a number outside its bounds, and for NaN and infinities, which JSON does not support."""
    if value is None or value is UNSET:
        return
    try:
        if low <= value <= high:
            return
    except (InvalidOperation, TypeError):  # NaN cannot be compared, nor can a str
        raise ValueError(f"{place}: must be a finite number, not {value!r}") from None
    if not Decimal(value).is_finite():
        raise ValueError(f"{place}: must be a finite number, not {value}")
    bound = f"at least {low}" if value < low else f"at most {high}"
    raise ValueError(f"{place}: must be {bound}, not {value}")


def check_timezone(place: str, value: dt.datetime | UnsetType | None) -> None:
    """Raise ValueError for a date-time without a time zone."""
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        raise ValueError(f"{place}: needs a time zone, {value.isoformat()} has none; try datetime.now(timezone.utc)")


def check_exactly_one(place: str, *members: tuple[str, object]) -> None:
    """Raise ValueError for an object that sets none, or several, of mutually exclusive members."""
    given = [name for name, value in members if value is not UNSET]
    if len(given) != 1:
        names = ", ".join(name for name, _ in members)
        raise ValueError(f"{place}: set exactly one of {names}, not {' and '.join(given) or 'none'}")


def check_required(place: str, value: object, reason: str) -> None:
    """Raise ValueError for an object without a member that the value of another one makes required."""
    if value is UNSET or value is None or value == []:
        raise ValueError(f"{place}: required {reason}")
