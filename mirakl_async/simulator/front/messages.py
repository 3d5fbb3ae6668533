"""Messages: the old operations (M01, OR41) and the new ones for threads (M11, M10)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from msgspec import Struct

from ..exchange import Answer, Call, answer_json
from . import names
from .bodies import body_of
from .filters import Wanted, any_of, boolean, one_of, since, until
from .paging import Given, Listing
from .refusals import Refused, refused
from .row_random import RowRandom, instant, person, rank_of_uuid, uuid_of
from .tables import Head, Kind, Row, Table

__all__ = ["M01", "M11", "MESSAGES", "OR41", "THREADS", "USERS", "Post", "post_on_order", "thread_id"]

MESSAGES_OF_AN_ORDER = 4
USERS = ("OPERATOR", "SHOP", "CUSTOMER")
TRI_STATE = ("TRUE", "FALSE", "ALL")
ENTITIES = ("MMP_ORDER", "MMP_OFFER", "MPS_ORDER", "MPS_SERVICE", "SELLER_OPERATOR")
_WAYS = (("CUSTOMER", "SHOP"), ("SHOP", "CUSTOMER"), ("CUSTOMER", "OPERATOR"), ("OPERATOR", "CUSTOMER"))
_BODIES = ("Where is my parcel?", "It left our warehouse today.", "The lid is broken,\nsee the picture.", "Thank you ☺")


def _head(rank: int, draws: RowRandom) -> Head:
    order = rank // MESSAGES_OF_AN_ORDER
    created = draws.created
    sender, recipient = _WAYS[rank % len(_WAYS)]
    return {
        "id": names.number(rank),
        "order_id": names.order_id(order),
        "commercial_id": names.commercial_id(order),
        "created": created,
        "last_updated": created,
        "from": sender,
        "to": recipient,
        "customer_id": names.customer_id(order % 5000),
        "shop_id": names.FIRST_SHOP + order % names.SHOPS,
        "offer_id": names.offer_id(draws.below(1000)),
    }


def _row(head: Head, draws: RowRandom) -> Row:
    sender, recipient = head["from"], head["to"]
    shop, customer = head["shop_id"], head["customer_id"]
    ids = {"CUSTOMER": customer, "SHOP": str(shop), "OPERATOR": "operator"}
    names_of = {"CUSTOMER": " ".join(person(draws)), "SHOP": names.shop_name(shop), "OPERATOR": "Operator"}
    return {
        "archived": False,
        "body": draws.pick(_BODIES),
        "commercial_id": head["commercial_id"],
        "date_created": instant(head["created"]),
        "documents": [],
        "from_id": ids[sender],
        "from_name": names_of[sender],
        "from_type": sender,
        "id": head["id"],
        "offer_id": head["offer_id"],
        "order_id": head["order_id"],
        "read": False,
        "subject": "Your order",
        "to_customer_archived": False,
        "to_customer_id": customer if recipient == "CUSTOMER" else None,
        "to_customer_name": names_of["CUSTOMER"] if recipient == "CUSTOMER" else None,
        "to_operator": recipient == "OPERATOR",
        "to_operator_archived": False,
        "to_shop_archived": False,
        "to_shop_id": shop if recipient == "SHOP" else None,
        "to_shop_name": names_of["SHOP"] if recipient == "SHOP" else None,
        "visible": True,
    }


MESSAGES = Kind("messages", "id", names.number, names.number_rank, _head, _row)


def _between(user: str, received: str) -> Wanted:
    """Return the test for messages that a kind of user received, sent, or either."""

    def keeps(head: Head) -> bool:
        return (received != "FALSE" and head["to"] == user) or (received != "TRUE" and head["from"] == user)

    return keeps


def _one(call: Call, name: str, default: str, values: tuple[str, ...]) -> str:
    value = call.query.get(name, default)
    if value not in values:
        raise refused(400, f"The parameter {name} takes {', '.join(values)}")
    return value


def _of_a_user(call: Call, _tables: Mapping[str, Table]) -> Wanted:
    user = _one(call, "user_type", "CUSTOMER", (*USERS, "ALL"))
    received = _one(call, "received", "TRUE", TRI_STATE)
    return (lambda _: True) if user == "ALL" else _between(user, received)


def _of_an_order(call: Call, tables: Mapping[str, Table]) -> Wanted:
    order = call.path["order_id"]
    if tables["orders"].find(order) is None:
        raise refused(404, "There is no such order")
    received = _one(call, "received", "ALL", TRI_STATE)
    test = _between("CUSTOMER", received)
    return lambda head: head["order_id"] == order and (received == "ALL" or test(head))


class Post(Struct):
    """The body of OR42: a customer's message and its recipients."""

    body: str
    subject: str
    customer_id: str
    customer_email: str
    customer_firstname: str
    customer_lastname: str
    to_customer: bool
    to_operator: bool
    to_shop: bool


def post_on_order(tables: Mapping[str, Table], call: Call) -> Answer:
    """OR42: add a customer's message to an order."""
    orders, messages = tables["orders"], tables["messages"]
    order = orders.find(call.path["order_id"])
    try:
        if order is None:
            raise refused(404, "There is no such order")
        post = body_of(call, Post)
        if not (post.to_shop or post.to_operator):
            raise refused(400, "The message has no recipient: to_shop or to_operator must be true")
    except Refused as refusal:
        return refusal.answer
    (rank,) = messages.insert()
    head = orders.head(order)
    messages.touch(
        rank,
        order_id=head["order_id"],
        commercial_id=head["commercial_id"],
        customer_id=post.customer_id,
        shop_id=head["shop_id"],
        **{"from": "CUSTOMER", "to": "SHOP" if post.to_shop else "OPERATOR"},
    )
    name = f"{post.customer_firstname} {post.customer_lastname}"
    messages.set(rank, {"body": post.body, "subject": post.subject, "from_name": name})
    return answer_json(201, {"id": names.number(rank)})


M01 = Listing(
    "M01",
    "/api/messages",
    "messages",
    "offset",
    items="messages",
    sorts={"dateCreated": ""},
    scope=_of_a_user,
    scoped=("user_type", "received"),
    filters=(
        one_of("customer_id", "customer_id", many="no"),
        one_of("shop_id", "shop_id", many="no"),
        one_of("order_id", "order_id", many="no"),
        one_of("offer_id", "offer_id", many="no"),
        since("start_date", "created"),
        until("end_date", "created"),
    ),
)

OR41 = Listing(
    "OR41",
    "/api/orders/{order_id}/messages",
    "messages",
    "offset",
    items="messages",
    sorts={"dateCreated": ""},
    scope=_of_an_order,
    scoped=("received",),
)


def thread_id(rank: int) -> str:
    """Return a thread's id."""
    return uuid_of("thread", rank)


def _thread_head(rank: int, draws: RowRandom) -> Head:
    created = draws.created
    return {
        "id": thread_id(rank),
        "created": created,
        "last_updated": draws.later(86_400, 60),
        "customer_id": names.customer_id(draws.below(5000)),
        "organization_id": None,
        "entity_type": "MMP_ORDER",
        "entities": [names.order_id(rank)],
        "shop_id": names.FIRST_SHOP + draws.below(names.SHOPS),
        "channel": draws.pick(names.CHANNELS)[0],
        "messages": 1 + draws.below(4),
    }


def _thread_row(head: Head, draws: RowRandom) -> Row:
    shop = head["shop_id"]
    customer = {"display_name": " ".join(person(draws)), "id": head["customer_id"], "type": "CUSTOMER"}
    seller = {"display_name": names.shop_name(shop), "id": str(shop), "type": "SHOP"}
    messages = [_message(head, draws, place, (customer, seller)) for place in range(head["messages"])]
    last = messages[-1]
    return {
        "authorized_participants": [customer, seller, {"display_name": "Operator", "type": "OPERATOR"}],
        "current_participants": [customer, seller],
        "customer_organization": None,
        "date_created": instant(head["created"]),
        "date_updated": instant(head["last_updated"]),
        "entities": [{"id": head["entities"][0], "label": head["entities"][0], "type": head["entity_type"]}],
        "id": head["id"],
        "messages": messages,
        "metadata": {
            "last_message_date": last["date_created"],
            "last_sender": last["from"],
            "shop_reply_needed_since": last["date_created"] if len(messages) % 2 else None,
            "total_count": len(messages),
        },
        "no_store_reply_needed": [],
        "topic": {"type": "FREE_TEXT", "value": "About my order"},
    }


def _message(head: Head, draws: RowRandom, place: int, both: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    sender, recipient = both if place % 2 == 0 else both[::-1]
    attached = draws.below(6) == 0
    file = {"id": uuid_of("attachment", head["rank"]), "name": "picture ä.png", "size": 1234}
    return {
        "attachments": [file] if attached else [],
        "body": draws.pick(_BODIES),
        "date_created": instant(min(head["created"] + place * 30, head["last_updated"])),
        "from": {
            "display_name": sender["display_name"],
            "organization_details": sender,
            "type": f"{sender['type']}_USER",
        },
        "id": uuid_of(f"message {place}", head["rank"]),
        "to": [recipient],
    }


THREADS = Kind("threads", "id", thread_id, partial(rank_of_uuid, "thread"), _thread_head, _thread_row)


def _check(given: Given) -> None:
    if "entity_id" in given and "entity_type" not in given:
        raise refused(400, "The parameter entity_id needs entity_type")


def _with_messages(given: Given, row: Row) -> Row:
    if boolean("with_messages", given.get("with_messages", ["false"])[0]):
        return row
    return {name: value for name, value in row.items() if name not in {"messages", "no_store_reply_needed"}}


M11 = Listing(
    "M11",
    "/api/inbox/threads",
    "threads",
    "seek",
    default=50,
    check=_check,
    present=_with_messages,
    scoped=("with_messages",),
    filters=(
        one_of("customer_id", "customer_id", many="no"),
        one_of("customer_organization_id", "organization_id", many="no"),
        one_of("entity_type", "entity_type", many="no", values=ENTITIES),
        any_of("entity_id", "entities", many="both"),
        since("updated_since", "last_updated"),
        one_of("channel_codes", "channel", many="both"),
    ),
)
