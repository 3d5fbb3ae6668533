"""Messages written to threads: replies (M12), new threads on orders (OR43), and attached files (M13)."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from ..clock import Clock
from ..exchange import Answer, Call, answer_json
from .documents import attachment
from .messages import thread_id
from .multipart import Part, Upload, files_of, json_of, parts_of, uploads_of
from .refusals import Refused, invalid, refused
from .row_random import instant, rank_of_uuid, uuid_of
from .tables import Row, Table

__all__ = ["MAX_BYTES", "Conversations", "User"]

MAX_ATTACHMENTS = 50
MAX_MESSAGES = 1000
MAX_BYTES = 30 * 1024 * 1024
User = Literal["OPERATOR", "SHOP", "CUSTOMER"]
_OPERATOR = {"display_name": "Operator", "type": "OPERATOR"}


class _Recipient(Struct):
    type: User
    id: str | None = None


class _Topic(Struct):
    type: Literal["FREE_TEXT", "REASON_CODE"]
    value: str


class _Message(Struct):
    body: str
    to: list[_Recipient]
    topic: _Topic | None = None


class _Thread(Struct):
    body: str
    to: list[User]
    topic: _Topic


class Conversations:
    """The messages sent to threads, in addition to those that threads contain at the start."""

    def __init__(self, tables: Mapping[str, Table], clock: Clock, uploads: deque[Upload]) -> None:
        self._threads, self._orders = tables["threads"], tables["orders"]
        self._clock = clock
        self._uploads = uploads
        self._sent: dict[int, list[Row]] = {}
        self._files: dict[str, tuple[str, bytes]] = {}

    def thread(self, call: Call) -> Answer:
        """M10: answer one thread with its messages."""
        rank = self._threads.find(call.path["thread_id"])
        if rank is None:
            return refused(404, "There is no such thread").answer
        row = self._threads.row(rank)
        messages = [*row["messages"], *self._sent.get(rank, ())][-100:]
        return answer_json(200, row | {"messages": messages})

    def reply(self, call: Call) -> Answer:
        """M12: add a message to a thread."""
        try:
            rank = self._threads.find(call.path["thread_id"])
            if rank is None:
                raise refused(404, "There is no such thread")
            parts = parts_of(call, "message_input", "files")
            described = json_of(parts, "message_input", _Message)
            _check("message_input", described.body, described.to)
            if self._count(rank) >= MAX_MESSAGES:
                raise refused(400, f"A thread has at most {MAX_MESSAGES} messages")
            message_id = self._add(call, rank, described.body, parts)
        except Refused as refusal:
            return refusal.answer
        return answer_json(201, {"message_id": message_id, "thread_id": call.path["thread_id"]})

    def start(self, call: Call) -> Answer:
        """OR43: start a thread on an order."""
        order = call.path["order_id"]
        try:
            if self._orders.find(order) is None:
                raise refused(404, "There is no such order")
            parts = parts_of(call, "thread_input", "files")
            described = json_of(parts, "thread_input", _Thread)
            _check("thread_input", described.body, described.to)
            _fits(parts)
            (rank,) = self._threads.insert()
            self._threads.touch(rank, entities=[order])
            message_id = self._add(call, rank, described.body, parts)
        except Refused as refusal:
            return refusal.answer
        return answer_json(201, {"message_id": message_id, "thread_id": thread_id(rank)})

    def download(self, call: Call) -> Answer:
        """M13: answer an attached file."""
        identity = call.path["attachment_id"]
        if identity in self._files:
            return attachment(*self._files[identity])
        rank = rank_of_uuid("attachment", identity)
        if rank is None or rank not in self._threads:
            return refused(404, "There is no such attachment").answer
        return attachment("picture ä.png", b"\x89PNG\r\n\x1a\n" + bytes(1226))

    def _count(self, rank: int) -> int:
        return len(self._threads.row(rank)["messages"]) + len(self._sent.get(rank, ()))

    def _add(self, call: Call, rank: int, body: str, parts: list[Part]) -> str:
        _fits(parts)
        files = files_of(parts, "files", needed=False)
        sent = self._sent.setdefault(rank, [])
        before = sum(len(message["attachments"]) for message in sent)
        if before + len(files) > MAX_ATTACHMENTS:
            raise refused(400, f"A thread has at most {MAX_ATTACHMENTS} attachments")
        attached: list[Row] = []
        for file in files:
            identity = uuid_of("sent attachment", len(self._files))
            self._files[identity] = (file.file_name, file.content)
            attached.append({"id": identity, "name": file.file_name, "size": len(file.content)})
        message_id = uuid_of(f"sent message {rank}", len(sent))
        sent.append(
            {
                "attachments": attached,
                "body": body,
                "date_created": instant(self._clock.time()),
                "from": {"display_name": "Operator", "organization_details": _OPERATOR, "type": "OPERATOR_USER"},
                "id": message_id,
                "to": [],
            }
        )
        self._threads.touch(rank)
        self._uploads.extend(uploads_of(call, self._threads.identify(rank), parts))
        return message_id


def _check(name: str, body: str, to: Sequence[object]) -> None:
    if not body:
        raise invalid([("NotNull", f"{name}.body", "A message needs a body")])
    if not to:
        raise invalid([("NotNull", f"{name}.to", "A message needs its recipients")])


def _fits(parts: list[Part]) -> None:
    if sum(len(part.content) for part in parts) > MAX_BYTES:
        raise refused(400, "A message has at most 30 megabytes")
