"""Jobs that take Mirakl minutes to days: product imports, exports of orders and of offers.

A job is identified by its id only: it runs at Mirakl, and another process can resume waiting for it later. The classes
here poll it at the documented interval and download its results.
"""
