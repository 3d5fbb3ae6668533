"""A FastAPI application with one client for its whole life: `uvicorn examples.fastapi_app:app`.

The client is opened and closed by the application's lifespan, so that all requests share its connections, its token and
its rate limit. Credentials and hosts come from MIRAKL_* variables.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request

from mirakl_async import MarketplaceFront, MiraklError


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Open the client before the first request, and close it after the last."""
    async with MarketplaceFront() as front:
        app.state.front = front
        yield


app = FastAPI(lifespan=lifespan)


def client(request: Request) -> MarketplaceFront:
    """The application's client."""
    front: MarketplaceFront = request.app.state.front
    return front


@app.get("/orders/{state}")
async def orders(state: str, front: Annotated[MarketplaceFront, Depends(client)]) -> list[str | None]:
    """The first hundred orders in a state; a visitor waits at most five seconds for Mirakl."""
    try:
        page = await anext(aiter(front.orders.list(order_state_codes=[state], deadline=5).pages()))
    except MiraklError as error:
        raise HTTPException(502, "the marketplace does not answer") from error
    return [order.order_id for order in page.items]
