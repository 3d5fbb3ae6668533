"""Bulk order sync: any number of orders into Mirakl Connect, as fast as it accepts them, losing none."""
