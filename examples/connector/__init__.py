"""A connector: a small shop on one side, Mirakl Connect on the other.

The shop's orders go out, sellers' commands come in and change the shop, and each change goes out again. `shop` is the
shop's database, `handlers` says what each event does to it, and `python -m examples.connector` runs both.
"""
