# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.messages sends and reads."""

import datetime as dt
from typing import Annotated, Final, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import ABSENT, Expected, Received, Sent

from .common import OrderDocument


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


class Attachment(Received, kw_only=True, gc=False):
    """Read as `messages.attachments`, from M10 and M11."""

    id: Expected[str] = ABSENT
    name: Expected[str] = ABSENT
    size: Expected[int] = ABSENT


class CustomerOrganization(Received, kw_only=True, gc=False):
    """Read as `customer_organization`, from M10 and M11."""

    display_name: Expected[str] = ABSENT
    id: Expected[str] = ABSENT


class FreeTextTopicInput(Sent, kw_only=True, gc=False, tag_field="type", tag="FREE_TEXT"):
    """Sent as `message_input.topic`, to M12 and OR43."""

    value: Annotated[str, Meta(min_length=3, max_length=200)]


class OrganizationDetails(Received, kw_only=True, gc=False):
    """Read as `messages.from.organization_details` and 3 more places, from M10 and M11.

    - type: OPERATOR, SHOP, CUSTOMER (`FromType`)
    """

    display_name: Expected[str] = ABSENT
    type: Expected[str] = ABSENT
    id: str | None = None


class From(Received, kw_only=True, gc=False):
    """Read as `messages.from`, from M10 and M11.

    - type: OPERATOR_USER, SHOP_USER, CUSTOMER_USER (`FromTypeValue`)
    """

    display_name: Expected[str] = ABSENT
    type: Expected[str] = ABSENT
    organization_details: OrganizationDetails | None = None


class LastSender(Received, kw_only=True, gc=False):
    """Read as `metadata.last_sender`, from M10 and M11.

    - type: OPERATOR_USER, SHOP_USER, CUSTOMER_USER (`FromTypeValue`)
    """

    display_name: Expected[str] = ABSENT
    type: Expected[str] = ABSENT
    organization_details: OrganizationDetails | None = None


class Message(Received, kw_only=True, gc=False):
    """Read as `messages`, from M01 and OR41.

    - archived: deprecated
    - from_type: OPERATOR, SHOP, CUSTOMER (`FromType`)
    - read: deprecated
    - to_customer_archived: deprecated
    - to_operator_archived: deprecated
    - to_shop_archived: deprecated
    - visible: deprecated
    """

    body: Expected[str] = ABSENT
    commercial_id: Expected[str] = ABSENT
    date_created: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    from_id: Expected[str] = ABSENT
    from_name: Expected[str] = ABSENT
    from_type: Expected[str] = ABSENT
    id: Expected[int] = ABSENT
    subject: Expected[str] = ABSENT
    to_customer_archived: Expected[bool] = ABSENT
    to_customer_id: Expected[str] = ABSENT
    to_customer_name: Expected[str] = ABSENT
    to_operator: Expected[bool] = ABSENT
    to_operator_archived: Expected[bool] = ABSENT
    to_shop_archived: Expected[bool] = ABSENT
    to_shop_id: Expected[int] = ABSENT
    to_shop_name: Expected[str] = ABSENT
    archived: bool | None = None
    documents: list[OrderDocument] | None = None
    offer_id: int | None = None
    order_id: str | None = None
    read: bool | None = None
    visible: bool | None = None


class RecipientInput(Sent, kw_only=True, gc=False):
    """Sent as `message_input.to`, to M12.

    - type: OPERATOR, SHOP, CUSTOMER (`FromType`)
    """

    type: str
    id: str | UnsetType = UNSET


class ReasonCodeTopicInput(Sent, kw_only=True, gc=False, tag_field="type", tag="REASON_CODE"):
    """Sent as `message_input.topic`, to M12 and OR43."""

    value: Annotated[str, Meta(min_length=1, max_length=200)]


TopicInput: TypeAlias = FreeTextTopicInput | ReasonCodeTopicInput
"""Told apart by `type`."""


class MessageInput(Sent, kw_only=True, gc=False):
    """Sent as `message_input`, to M12."""

    body: Annotated[str, Meta(min_length=3, max_length=50000)]
    to: list[RecipientInput]
    topic: TopicInput | UnsetType = UNSET


class MessagePage(Received, kw_only=True, gc=False):
    """The answer of M01 and OR41."""

    messages: Expected[list[Message]] = ABSENT
    total_count: Expected[int] = ABSENT


class MessageTo(Received, kw_only=True, gc=False):
    """Read as `messages.to`, from M10 and M11.

    - type: OPERATOR, SHOP, CUSTOMER (`FromType`)
    """

    display_name: Expected[str] = ABSENT
    type: Expected[str] = ABSENT
    id: str | None = None


class Metadata(Received, kw_only=True, gc=False):
    """Read as `metadata`, from M10 and M11."""

    last_message_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    last_sender: Expected[LastSender] = ABSENT
    shop_reply_needed_since: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    total_count: Expected[int] = ABSENT


class NoStoreReplyNeeded(Received, kw_only=True, gc=False):
    """Read as `no_store_reply_needed`, from M10 and M11.

    - user_type: OPERATOR, SHOP (`UserType`)
    """

    date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    user_type: Expected[str] = ABSENT


class OrderMessageCreated(Received, kw_only=True, gc=False):
    """The answer of OR42."""

    id: Expected[int] = ABSENT


class Participant(Received, kw_only=True, gc=False):
    """Read as `authorized_participants` and 3 more places, from M10 and M11.

    - type: OPERATOR, SHOP, CUSTOMER (`FromType`)
    """

    display_name: Expected[str] = ABSENT
    type: Expected[str] = ABSENT
    id: str | None = None


class PostOnOrderRequest(Sent, kw_only=True, gc=False):
    """The body of OR42."""

    body: Annotated[str, Meta(min_length=3, max_length=50000)]
    customer_email: str
    customer_firstname: str
    customer_id: str
    customer_lastname: str
    subject: Annotated[str, Meta(min_length=3, max_length=200)]
    to_customer: bool
    to_operator: bool
    to_shop: bool
    customer_locale: str | UnsetType = UNSET
    document_ids: list[int] | UnsetType = UNSET


class PostedMessage(Received, kw_only=True, gc=False):
    """The answer of M12 and OR43."""

    message_id: str | None = None
    thread_id: str | None = None


class ThreadEntity(Received, kw_only=True, gc=False):
    """Read as `entities`, from M10 and M11."""

    id: Expected[str] = ABSENT
    label: Expected[str] = ABSENT
    type: Expected[str] = ABSENT


class ThreadMessage(Received, kw_only=True, gc=False, rename={"from_": "from"}):
    """Read as `messages`, from M10 and M11."""

    body: Expected[str] = ABSENT
    date_created: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    from_: Expected[From] = ABSENT
    id: Expected[str] = ABSENT
    to: Expected[list[MessageTo]] = ABSENT
    attachments: list[Attachment] | None = None


class ThreadTopic(Received, kw_only=True, gc=False):
    """Read as `topic`, from M10 and M11.

    - type: FREE_TEXT, REASON_CODE (`ThreadTopicType`)
    """

    type: Expected[str] = ABSENT
    value: Expected[str] = ABSENT


class Thread(Received, kw_only=True, gc=False):
    """Read as `data`, from M10 and M11."""

    authorized_participants: Expected[list[Participant]] = ABSENT
    current_participants: Expected[list[Participant]] = ABSENT
    date_created: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    date_updated: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    id: Expected[str] = ABSENT
    metadata: Expected[Metadata] = ABSENT
    topic: Expected[ThreadTopic] = ABSENT
    customer_organization: CustomerOrganization | None = None
    entities: list[ThreadEntity] | None = None
    messages: list[ThreadMessage] | None = None
    no_store_reply_needed: list[NoStoreReplyNeeded] | None = None


class ThreadInput(Sent, kw_only=True, gc=False):
    """Sent as `thread_input`, to OR43.

    - to: OPERATOR, SHOP, CUSTOMER (`FromType`)
    """

    body: Annotated[str, Meta(min_length=3, max_length=50000)]
    to: list[str]
    topic: TopicInput


class ThreadPage(Received, kw_only=True, gc=False):
    """The answer of M11."""

    data: Expected[list[Thread]] = ABSENT
    next_page_token: str | None = None
    previous_page_token: str | None = None
