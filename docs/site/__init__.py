"""The documentation as a site: its pages, and what builds it.

`python -m docs.site FOLDER` (extra `docs`). Nothing that follows from the code is committed: the pages of operations,
events and names are written anew each time. `tests/test_site.py` runs every example on them.
"""
