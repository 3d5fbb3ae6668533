# Written by `python -m codegen` from the documents of all services. Not edited by hand: see docs/regenerating.md.

"""The structs of each service: `models.connect`, `models.account`, `models.front`."""
