# Written by `python -m codegen` from the documents of all services. Not edited by hand: see docs/regenerating.md.

"""The structs of each service: `connect`, `account`, `front`; and of the events that `connect` sends."""
