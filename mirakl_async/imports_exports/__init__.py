"""What takes Mirakl minutes to days: product imports, exports of orders and of offers.

A job is an id and nothing else: it lives at Mirakl, and whoever knows its id can take it up again, in another process,
tomorrow. The classes here wait for it at the published pace and fetch what it made.
"""
