"""The service Mirakl Account: a connector's channels, and the stores that sellers link with a single-use token."""

from __future__ import annotations

from typing import Any

from .connect_errors import ConnectRefusal, ErrorFields, parse_body, raise_for_problems, refuse, with_error_answers
from .connect_stores import known_channel, known_store
from .exchange import Answer, Call, Route, Service, answer_json
from .rules import Problem
from .store_documents import CREATE_STORES, UPDATE_STORE, UPSERT_CHANNELS
from .world import World

__all__ = ["Account"]

VENDOR = "simulator"


class Account:
    """The operations of Mirakl Account on one world."""

    def __init__(self, world: World, *, error_fields: ErrorFields = "indexed") -> None:
        self._world = world
        self._error_fields: ErrorFields = error_fields

    def service(self, base: str) -> Service:
        """Return the routes, which are served below a base path."""
        routes = (
            Route("POST", "/v1/channels", "SELLER_ACCOUNT_CHANNEL_UPSERT", self.upsert_channels),
            Route("POST", "/v1/users/stores", "SELLER_ACCOUNT_STORE_CREATE", self.create_stores),
            Route(
                "PUT",
                "/v1/channels/{channel_id}/stores/{channel_store_id}",
                "SELLER_ACCOUNT_STORE_UPDATE",
                self.update_store,
            ),
        )
        answered = [route._replace(handle=with_error_answers(route.handle)) for route in routes]
        return Service("account", base, answered, refuse)

    def upsert_channels(self, call: Call) -> Answer:
        """Create or update channels, which are identified by their external ids, and answer with their ids."""
        channels: list[Any] = parse_body(call, UPSERT_CHANNELS, self._error_fields)["channels"]
        shown: list[dict[str, str]] = []
        for one in channels:
            identity = self._world.channel_of(one["external_id"])
            self._world.account_channels[one["external_id"]] = one | {"id": identity, "vendor": VENDOR}
            shown.append(self._world.account_channels[one["external_id"]])
        return answer_json(201, {"channels": shown})

    def create_stores(self, call: Call) -> Answer:
        """Create stores and link them to the user of the token in the link; a token can be used once."""
        if len([name for name, _ in call.pairs if name == "token"]) > 1:
            raise_for_problems([Problem("can be given only once", "token")], self._error_fields)
        stores: list[Any] = parse_body(call, CREATE_STORES, self._error_fields)["stores"]
        token = call.query.get("token", "")
        if token not in self._world.link_tokens:
            raise ConnectRefusal(
                refuse(410, "LINK_TOKEN_INVALID", "The link-store token is unknown or was used already")
            )
        for one in stores:
            known_channel(self._world, one["channel_id"])
        self._world.link_tokens.discard(token)
        for one in stores:
            place = (one["channel_id"], one["channel_store_id"])
            self._world.add_channel(one["channel_id"], [one["channel_store_id"]])
            self._world.account_stores[place] = one
        return Answer(201)

    def update_store(self, call: Call) -> Answer:
        """Replace a store's name and state."""
        value = parse_body(call, UPDATE_STORE, self._error_fields)
        place = (call.path["channel_id"], call.path["channel_store_id"])
        known_store(self._world, *place)
        self._world.account_stores[place] = value | dict(zip(("channel_id", "channel_store_id"), place, strict=True))
        return Answer(200)
