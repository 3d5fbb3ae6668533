"""Lists that come in pages, as async iterators of items and of pages, that miss nothing.

`OffsetPaginator` and `SeekPaginator` are what every list method returns. A paginator holds parameters, not positions;
a `PageReader` is one reading of it; `Prefetcher` holds the requests under way; `list_changes` decides, without
I/O, what a page proves;
`Cursor` is where a reading can go on. The end of a list is what the server says it is (no token, no next link, the
total reached), never an empty page. An item that cannot be read is set aside with its bytes and counted on its page;
the list goes on. No task and no queue stands between the server's page and `async for`.
"""

from .offset import OffsetPaginator
from .page import Page
from .paginator import ItemIterator, Paginator
from .read_options import OnPage, Progress
from .seek import SeekPaginator

__all__ = ["ItemIterator", "OffsetPaginator", "OnPage", "Page", "Paginator", "Progress", "SeekPaginator"]
