"""Writes `mirakl_async/operations/` and `mirakl_async/models/` from Mirakl's OpenAPI documents.

    MIRAKL_OPENAPI_DIR=... python -m codegen            write the files
    MIRAKL_OPENAPI_DIR=... python -m codegen --check    fail if a file differs

The steps for one document, with a module for each:

    documents  finds the files, and the service that each describes
    reading    JSON schemas -> shapes: objects, members, lists, scalars; operations -> endpoints
    reach      which objects the operations reach, in which direction, along which path
    merging    objects with equal direction, noun and shape become one model; narrow ones join wider ones
    naming     a model's name from its place, as short as possible; `names.lock` keeps published names
    models, resources, index     Python text

Decisions by people are in two tables, in which each row is optional: `operations.toml` (names, retries, paging) and
`corrections.toml` (errors of a document, with the reason for each correction).
"""
