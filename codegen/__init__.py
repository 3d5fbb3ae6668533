"""Writes `mirakl_async/operations/` and `mirakl_async/models/` from Mirakl's OpenAPI documents.

    MIRAKL_OPENAPI_DIR=... python -m codegen            write
    MIRAKL_OPENAPI_DIR=... python -m codegen --check    fail on any difference

The way of one document, a module a step:

    documents  which files there are, and which service each describes
    reading    JSON schemas -> shapes: objects, members, lists, scalars; operations -> endpoints
    reach      which objects the operations reach, in which direction, along which path
    merging    objects of one direction, noun and shape become one model; narrower ones join wider ones
    naming     a model's name from its place, as short as it can be; `names.lock` keeps what was published
    models, resources, index     Python text

What people decide stands in two tables, and each row may be missing: `operations.toml` (names, retries, paging) and
`corrections.toml` (what a document gets wrong, with its reason).
"""
