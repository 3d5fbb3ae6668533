"""An aiohttp application with one client for its whole life, opened and closed by a cleanup context.

`python -m examples.aiohttp_app`. A POST of one order is pushed into Connect before it is answered.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from mirakl_async import APIError, ConnectChannel, InvalidArgument, MiraklError
from mirakl_async.models.connect import OriginRequest

CONNECT = web.AppKey("connect", ConnectChannel)
ORIGIN = OriginRequest(channel_id="channel-1", channel_store_id="store-1")


async def connect_client(app: web.Application) -> AsyncIterator[None]:
    """Open the client before the first request, and close it after the last."""
    async with ConnectChannel() as connect:
        app[CONNECT] = connect
        yield


async def push(request: web.Request) -> web.Response:
    """Push one order."""
    try:
        await request.app[CONNECT].orders.upsert(origin=ORIGIN, orders=[await request.json()], deadline=10)
    except (InvalidArgument, APIError) as error:  # the order is at fault, or Mirakl says that it is
        return web.json_response({"error": str(error)}, status=422)
    except MiraklError:  # its outcome is unknown: the order can safely be sent again
        return web.json_response({"error": "try again later"}, status=503)
    return web.Response(status=204)


def application() -> web.Application:
    """The application, with its client and its route."""
    app = web.Application()
    app.cleanup_ctx.append(connect_client)
    app.router.add_post("/orders", push)
    return app


if __name__ == "__main__":
    web.run_app(application())
