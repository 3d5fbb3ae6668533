"""Bulk order sync: send any number of orders to Mirakl Connect at its documented rate, without losing any."""
