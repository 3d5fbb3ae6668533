"""A client with scripted responses, or with one response that aioresponses gives to every request."""

from multidict import CIMultiDict

from mirakl_async import BearerToken, ConnectChannel
from mirakl_async.http.wire import WireError, WireResponse
from tests.support.manual_clock import InstantClock

LOST = WireError("lost", "sent", "the connection broke")
UNSENT = WireError("connect", "unsent", "no connection")


def reply(status: int, body: bytes = b"", **headers: str) -> WireResponse:
    return WireResponse(status, CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()}), body)


class FakeWire:
    def __init__(self, *script):
        self.script = list(script)
        self.sent = []
        self.clock = None
        self.takes = 0.0

    async def exchange(self, method, url, headers, body, *, timeout, max_bytes, new_connection=False):
        self.sent.append((method, url, dict(headers), body, timeout, new_connection))
        if self.clock is not None:
            self.clock.now += self.takes
        outcome = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(outcome, WireError):
            raise outcome
        return outcome

    async def close(self):
        self.closed = True


def client(*script, clock=None, **settings):
    wire = FakeWire(*script)
    settings.setdefault("auth", BearerToken("secret-token"))
    settings.setdefault("rate_limit", "none")
    connect = ConnectChannel(wire=wire, clock=clock or InstantClock(), **settings)
    return connect, wire


async def report(connect, **options):
    return await connect.orders.update_action_status("a1", status="SUCCESS", **options)


ACTION = "https://miraklconnect.com/api/channel-platform/v1/orders/actions/a1"


def answer_always(mocked, status: int, body: bytes = b"", *, media_type: str = "application/json", **headers: str):
    """Have aioresponses answer every report of the action `a1` alike."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    mocked.put(ACTION, status=status, body=body, content_type=media_type, headers=sent, repeat=True)


def requests(mocked):
    """What aioresponses was asked."""
    return [request for asked in mocked.requests.values() for request in asked]


def mocked_client(**settings):
    return ConnectChannel(auth=BearerToken("secret-token"), rate_limit="none", clock=InstantClock(), **settings)
