"""Lists that come in pages, as async iterators of items and of pages.

Every list method returns an `OffsetPaginator` or a `SeekPaginator`. A paginator holds parameters and no position, so
that it can be iterated again; a `PageReader` holds the state of one iteration, a `Prefetcher` its requests in flight.
`list_changes` decides, without I/O, whether rows can have been skipped because the list changed. A `Cursor` is where
an iteration can go on, also in another process.

A list ends where the server says so (no token, no next link, the total reached), never with an empty page. An item
that cannot be decoded is quarantined on its page with its bytes, and the list goes on.
"""

from .offset import OffsetPaginator
from .page import Page
from .paginator import ItemIterator, Paginator
from .read_options import OnPage, Progress
from .seek import SeekPaginator

__all__ = ["ItemIterator", "OffsetPaginator", "OnPage", "Page", "Paginator", "Progress", "SeekPaginator"]
