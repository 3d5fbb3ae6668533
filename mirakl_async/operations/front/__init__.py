# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""The operations of Mirakl Marketplace Front, a module for each resource."""
