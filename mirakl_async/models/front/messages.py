# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.messages sends and reads."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import EXPECTED_DEFAULT, Expected, RequestModel, ResponseModel

from .common import OrderDocument, UserTypeOrStr

__all__ = [
    "AnyTopicInput",
    "Attachment",
    "CustomerOrganization",
    "FreeTextTopicInput",
    "From",
    "FromType",
    "FromTypeOrStr",
    "FromTypeValue",
    "FromTypeValueOrStr",
    "LastSender",
    "Message",
    "MessageInput",
    "MessagePage",
    "MessageTo",
    "Metadata",
    "NoStoreReplyNeeded",
    "OrderMessageCreated",
    "OrganizationDetails",
    "Participant",
    "PostOnOrderRequest",
    "PostedMessage",
    "ReasonCodeTopicInput",
    "RecipientInput",
    "Thread",
    "ThreadEntity",
    "ThreadInput",
    "ThreadMessage",
    "ThreadPage",
    "ThreadTopic",
    "ThreadTopicType",
    "ThreadTopicTypeOrStr",
    "UserTypeFilter",
    "UserTypeFilterOrStr",
]


class FromType:
    """Known values of `from_type` and `to` and `type`; others may appear at any time."""

    OPERATOR: Final = "OPERATOR"
    SHOP: Final = "SHOP"
    CUSTOMER: Final = "CUSTOMER"


class FromTypeValue:
    """Known values of `type`; others may appear at any time."""

    OPERATOR_USER: Final = "OPERATOR_USER"
    SHOP_USER: Final = "SHOP_USER"
    CUSTOMER_USER: Final = "CUSTOMER_USER"


class ThreadTopicType:
    """Known values of `type`; others may appear at any time."""

    FREE_TEXT: Final = "FREE_TEXT"
    REASON_CODE: Final = "REASON_CODE"


class UserTypeFilter:
    """Known values of `user_type`; others may appear at any time."""

    OPERATOR: Final = "OPERATOR"
    SHOP: Final = "SHOP"
    CUSTOMER: Final = "CUSTOMER"
    ALL: Final = "ALL"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    FromTypeOrStr: TypeAlias = Literal["OPERATOR", "SHOP", "CUSTOMER"] | str
    FromTypeValueOrStr: TypeAlias = Literal["OPERATOR_USER", "SHOP_USER", "CUSTOMER_USER"] | str
    ThreadTopicTypeOrStr: TypeAlias = Literal["FREE_TEXT", "REASON_CODE"] | str
    UserTypeFilterOrStr: TypeAlias = Literal["OPERATOR", "SHOP", "CUSTOMER", "ALL"] | str
else:
    FromTypeOrStr = str
    FromTypeValueOrStr = str
    ThreadTopicTypeOrStr = str
    UserTypeFilterOrStr = str


class FreeTextTopicInput(RequestModel, kw_only=True, gc=False, tag_field="type", tag="FREE_TEXT"):
    """Sent as `message_input.topic`, to M12 and OR43."""

    value: Annotated[str, Meta(min_length=3, max_length=200)]
    """3 to 200 characters."""


class ReasonCodeTopicInput(RequestModel, kw_only=True, gc=False, tag_field="type", tag="REASON_CODE"):
    """Sent as `message_input.topic`, to M12 and OR43."""

    value: Annotated[str, Meta(min_length=1, max_length=200)]
    """At most 200 characters."""


AnyTopicInput: TypeAlias = FreeTextTopicInput | ReasonCodeTopicInput
"""Any of these structs, by its `type`."""


class Attachment(ResponseModel, kw_only=True, gc=False):
    """Read as `messages.attachments`, from M10 and M11."""

    id: Expected[str] = EXPECTED_DEFAULT
    name: Expected[str] = EXPECTED_DEFAULT
    size: Expected[int] = EXPECTED_DEFAULT


class CustomerOrganization(ResponseModel, kw_only=True, gc=False):
    """Read as `customer_organization`, from M10 and M11."""

    display_name: Expected[str] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT


class OrganizationDetails(ResponseModel, kw_only=True, gc=False):
    """Read as `messages.from.organization_details` and 3 more places, from M10 and M11."""

    display_name: Expected[str] = EXPECTED_DEFAULT
    type: Expected[FromTypeOrStr] = EXPECTED_DEFAULT
    """Known values: OPERATOR, SHOP, CUSTOMER (`FromType`)."""
    id: str | None = None


class From(ResponseModel, kw_only=True, gc=False):
    """Read as `messages.from`, from M10 and M11."""

    display_name: Expected[str] = EXPECTED_DEFAULT
    type: Expected[FromTypeValueOrStr] = EXPECTED_DEFAULT
    """Known values: OPERATOR_USER, SHOP_USER, CUSTOMER_USER (`FromTypeValue`)."""
    organization_details: OrganizationDetails | None = None


class LastSender(ResponseModel, kw_only=True, gc=False):
    """Read as `metadata.last_sender`, from M10 and M11."""

    display_name: Expected[str] = EXPECTED_DEFAULT
    type: Expected[FromTypeValueOrStr] = EXPECTED_DEFAULT
    """Known values: OPERATOR_USER, SHOP_USER, CUSTOMER_USER (`FromTypeValue`)."""
    organization_details: OrganizationDetails | None = None


class Message(ResponseModel, kw_only=True, gc=False):
    """Read as `messages`, from M01 and OR41."""

    body: Expected[str] = EXPECTED_DEFAULT
    commercial_id: Expected[str] = EXPECTED_DEFAULT
    date_created: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    from_id: Expected[str] = EXPECTED_DEFAULT
    from_name: Expected[str] = EXPECTED_DEFAULT
    from_type: Expected[FromTypeOrStr] = EXPECTED_DEFAULT
    """Known values: OPERATOR, SHOP, CUSTOMER (`FromType`)."""
    id: Expected[int] = EXPECTED_DEFAULT
    subject: Expected[str] = EXPECTED_DEFAULT
    to_customer_archived: Expected[bool] = EXPECTED_DEFAULT
    """Deprecated."""
    to_customer_id: Expected[str] = EXPECTED_DEFAULT
    to_customer_name: Expected[str] = EXPECTED_DEFAULT
    to_operator: Expected[bool] = EXPECTED_DEFAULT
    to_operator_archived: Expected[bool] = EXPECTED_DEFAULT
    """Deprecated."""
    to_shop_archived: Expected[bool] = EXPECTED_DEFAULT
    """Deprecated."""
    to_shop_id: Expected[int] = EXPECTED_DEFAULT
    to_shop_name: Expected[str] = EXPECTED_DEFAULT
    archived: bool | None = None
    """Deprecated."""
    documents: list[OrderDocument] | None = None
    offer_id: int | None = None
    order_id: str | None = None
    read: bool | None = None
    """Deprecated."""
    visible: bool | None = None
    """Deprecated."""


class RecipientInput(RequestModel, kw_only=True, gc=False):
    """Sent as `message_input.to`, to M12."""

    type: FromTypeOrStr
    """Known values: OPERATOR, SHOP, CUSTOMER (`FromType`)."""
    id: str | UnsetType = UNSET


class MessageInput(RequestModel, kw_only=True, gc=False):
    """Sent as `message_input`, to M12."""

    body: Annotated[str, Meta(min_length=3, max_length=50000)]
    """3 to 50000 characters."""
    to: list[RecipientInput]
    topic: AnyTopicInput | UnsetType = UNSET


class MessagePage(ResponseModel, kw_only=True, gc=False):
    """The answer of M01 and OR41."""

    messages: Expected[list[Message]] = EXPECTED_DEFAULT
    total_count: Expected[int] = EXPECTED_DEFAULT


class MessageTo(ResponseModel, kw_only=True, gc=False):
    """Read as `messages.to`, from M10 and M11."""

    display_name: Expected[str] = EXPECTED_DEFAULT
    type: Expected[FromTypeOrStr] = EXPECTED_DEFAULT
    """Known values: OPERATOR, SHOP, CUSTOMER (`FromType`)."""
    id: str | None = None


class Metadata(ResponseModel, kw_only=True, gc=False):
    """Read as `metadata`, from M10 and M11."""

    last_message_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    last_sender: Expected[LastSender] = EXPECTED_DEFAULT
    shop_reply_needed_since: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    total_count: Expected[int] = EXPECTED_DEFAULT


class NoStoreReplyNeeded(ResponseModel, kw_only=True, gc=False):
    """Read as `no_store_reply_needed`, from M10 and M11."""

    date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    user_type: Expected[UserTypeOrStr] = EXPECTED_DEFAULT
    """Known values: OPERATOR, SHOP (`UserType`)."""


class OrderMessageCreated(ResponseModel, kw_only=True, gc=False):
    """The answer of OR42."""

    id: Expected[int] = EXPECTED_DEFAULT


class Participant(ResponseModel, kw_only=True, gc=False):
    """Read as `authorized_participants` and 3 more places, from M10 and M11."""

    display_name: Expected[str] = EXPECTED_DEFAULT
    type: Expected[FromTypeOrStr] = EXPECTED_DEFAULT
    """Known values: OPERATOR, SHOP, CUSTOMER (`FromType`)."""
    id: str | None = None


class PostOnOrderRequest(RequestModel, kw_only=True, gc=False):
    """The body of OR42."""

    body: Annotated[str, Meta(min_length=3, max_length=50000)]
    """3 to 50000 characters."""
    customer_email: str
    customer_firstname: str
    customer_id: str
    customer_lastname: str
    subject: Annotated[str, Meta(min_length=3, max_length=200)]
    """3 to 200 characters."""
    to_customer: bool
    to_operator: bool
    to_shop: bool
    customer_locale: str | UnsetType = UNSET
    document_ids: list[int] | UnsetType = UNSET


class PostedMessage(ResponseModel, kw_only=True, gc=False):
    """The answer of M12 and OR43."""

    message_id: str | None = None
    thread_id: str | None = None


class ThreadEntity(ResponseModel, kw_only=True, gc=False):
    """Read as `entities`, from M10 and M11."""

    id: Expected[str] = EXPECTED_DEFAULT
    label: Expected[str] = EXPECTED_DEFAULT
    type: Expected[str] = EXPECTED_DEFAULT


class ThreadMessage(ResponseModel, kw_only=True, gc=False, rename={"from_": "from"}):
    """Read as `messages`, from M10 and M11."""

    body: Expected[str] = EXPECTED_DEFAULT
    date_created: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    from_: Expected[From] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    to: Expected[list[MessageTo]] = EXPECTED_DEFAULT
    attachments: list[Attachment] | None = None


class ThreadTopic(ResponseModel, kw_only=True, gc=False):
    """Read as `topic`, from M10 and M11."""

    type: Expected[ThreadTopicTypeOrStr] = EXPECTED_DEFAULT
    """Known values: FREE_TEXT, REASON_CODE (`ThreadTopicType`)."""
    value: Expected[str] = EXPECTED_DEFAULT


class Thread(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from M10 and M11."""

    authorized_participants: Expected[list[Participant]] = EXPECTED_DEFAULT
    current_participants: Expected[list[Participant]] = EXPECTED_DEFAULT
    date_created: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    date_updated: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    metadata: Expected[Metadata] = EXPECTED_DEFAULT
    topic: Expected[ThreadTopic] = EXPECTED_DEFAULT
    customer_organization: CustomerOrganization | None = None
    entities: list[ThreadEntity] | None = None
    messages: list[ThreadMessage] | None = None
    no_store_reply_needed: list[NoStoreReplyNeeded] | None = None


class ThreadInput(RequestModel, kw_only=True, gc=False):
    """Sent as `thread_input`, to OR43."""

    body: Annotated[str, Meta(min_length=3, max_length=50000)]
    """3 to 50000 characters."""
    to: list[FromTypeOrStr]
    """Known values: OPERATOR, SHOP, CUSTOMER (`FromType`)."""
    topic: AnyTopicInput


class ThreadPage(ResponseModel, kw_only=True, gc=False):
    """The answer of M11."""

    data: Expected[list[Thread]] = EXPECTED_DEFAULT
    next_page_token: str | None = None
    previous_page_token: str | None = None
