"""Lists that come in pages, as async iterators of items and of pages, that miss nothing.

`OffsetPaginator` and `SeekPaginator` are what every list method returns. A paginator holds parameters, not positions;
a `Walk` is one reading of it; `Ahead` holds the requests under way; `drift` decides, without I/O, what a page proves;
`Cursor` is where a reading can go on. The end of a list is what the server says it is (no token, no next link, the
total reached), never an empty page. An item that cannot be read is set aside with its bytes and counted on its page;
the list goes on. No task and no queue stands between the server's page and `async for`.
"""

from .manner import OnPage, Progress
from .offset import OffsetPaginator
from .page import Page
from .paginator import Items, Paginator
from .seek import SeekPaginator

__all__ = ["Items", "OffsetPaginator", "OnPage", "Page", "Paginator", "Progress", "SeekPaginator"]
