"""The documentation as a site: its pages and its build.

`python -m docs.site FOLDER` (extra `docs`). The pages of operations, events and names are generated at every build and
not committed. `tests/test_site.py` runs every example on them.
"""
