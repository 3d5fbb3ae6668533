# Written by `python -m codegen` from mirakl-connect-channel-openapi.json. Not edited by hand: see docs/regenerating.md.

"""The operations of Mirakl Connect Channel Platform, a module for each resource."""
