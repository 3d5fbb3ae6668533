"""Connect's catalogue: configuration, product types, rules and the state of items.

Every call is answered 202 immediately.
"""

from __future__ import annotations

from collections.abc import Sequence

from .catalog_documents import CONFIGURE_CATALOG, CREATE_RULES, UPDATE_ITEMS, UPSERT_PRODUCT_TYPE
from .connect_errors import ConnectRefusal, ErrorFields, parse_body, raise_for_problems, refuse
from .connect_stores import known_channel, known_store
from .exchange import Answer, Call, Route
from .rules import Problem
from .world import World

__all__ = ["CatalogOperations"]


class CatalogOperations:
    """The catalogue operations on one world; handlers raise `ConnectRefusal`."""

    def __init__(self, world: World, error_fields: ErrorFields) -> None:
        self._world = world
        self._error_fields: ErrorFields = error_fields

    def routes(self) -> Sequence[Route]:
        """Return the routes served."""
        return (
            Route("POST", "/v1/catalog-configuration/channels/{channel_id}", "configureChannelCatalog", self.configure),
            Route(
                "PUT",
                "/v1/taxonomy/channels/{channel_id}/product-types",
                "upsertProductType",
                self.upsert_product_type,
            ),
            Route("PUT", "/v1/taxonomy/channels/{channel_id}/rules", "createTaxonomyRule", self.create_rules),
            Route(
                "POST",
                "/v1/channel-catalog/{channel_id}/store-catalog-items/{store_id}",
                "updateStoreCatalogItems",
                self.update_items,
            ),
        )

    def configure(self, call: Call) -> Answer:
        """Replace the catalogue configuration of a channel."""
        value = parse_body(call, CONFIGURE_CATALOG, self._error_fields)
        known_channel(self._world, call.path["channel_id"])
        self._world.catalog_configurations[call.path["channel_id"]] = value
        return Answer(202)

    def upsert_product_type(self, call: Call) -> Answer:
        """Replace a product type of a channel or, if the configuration allows it, of one of its stores."""
        value = parse_body(call, UPSERT_PRODUCT_TYPE, self._error_fields)
        channel, store = call.path["channel_id"], call.query.get("store_id")
        identity = call.query.get("product_type_id", "")
        names = [name for name, _ in call.pairs]
        problems = [Problem("can be given only once", name) for name in set(names) if names.count(name) > 1]
        if not 1 <= len(identity) <= 255:
            problems.append(Problem("must have 1 to 255 characters", "product_type_id"))
        raise_for_problems(problems, self._error_fields)
        known_channel(self._world, channel)
        if store is not None:
            known_store(self._world, channel, store)
            if channel not in self._world.store_taxonomies:
                # This status is documented, although the token is valid.
                message = "The channel has no taxonomy at the level of stores"
                raise ConnectRefusal(refuse(401, "UNAUTHORIZED", message))
        self._world.product_types[channel, store, identity] = value
        return Answer(202)

    def create_rules(self, call: Call) -> Answer:
        """Create rules, or replace those with the same ids."""
        value = parse_body(call, CREATE_RULES, self._error_fields)
        channel = call.path["channel_id"]
        known_channel(self._world, channel)
        for rule in value["rules"]:
            self._world.taxonomy_rules[channel, rule["id"]] = rule
        return Answer(202)

    def update_items(self, call: Call) -> Answer:
        """Update the state of 1..10,000 items; products that the store does not have are ignored.

        A member that holds a list replaces the whole list. A member that is absent or null changes nothing.
        """
        value = parse_body(call, UPDATE_ITEMS, self._error_fields)
        place = (call.path["channel_id"], call.path["store_id"])
        known_store(self._world, *place)
        known = self._world.products.get(place)
        items = self._world.catalog_items.setdefault(place, {})
        for item in value["store_catalog_items"]:
            if known is None or item["id"] in known:
                given = {name: member for name, member in item.items() if member is not None}
                items[item["id"]] = items.get(item["id"], {}) | given
        return Answer(202)
