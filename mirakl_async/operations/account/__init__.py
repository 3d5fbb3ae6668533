# Written by `python -m codegen` from mirakl-account-channel-platform-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""The operations of Mirakl Account, a module for each resource."""
