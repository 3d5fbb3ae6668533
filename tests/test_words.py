"""The project's language: standard technical English in code, comments and pages; one name for one class."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import mirakl_async

ROOT = Path(__file__).parents[1]
PACKAGE = Path(mirakl_async.__file__).parent
FOLDERS = (PACKAGE, *(ROOT / name for name in ("codegen", "docs", "benchmarks", "examples", "tests", ".ci")))
PAGES = ("*.md", "*.toml", "codegen/*.toml", "docs/**/*.md", "docs/**/*.yml")
GENERATED = {"models", "operations"}
TWICE = {"Orders"}  # `connect.orders` and `front.orders`: resources are named as their services name them
PHRASES = re.compile(
    r"""(?x)
      \b (?i: (?:un)?told | anew | fares? | mend(?:s|ed|ing)? | so\ many | those\ who | that\ which ) \b
    | \b (?i: nobody | somebody | anybody | everybody | whoever | whomever ) \b
    | \b (?i: lest | thereby | whence | likewise | heed(?:s|ed)? | guilty | ripe | unmendable ) \b
    | (?i: (?<! there\ ) \b (?:is|are|was|were|be)\ no\  (?! (?:longer|more|less|later|other|such|different|op) \b ) )
    | (?<! there\ ) \b (?:is|are|was|were)\ none \b (?! \ of)
    | \b (?i: (?:is|are|was|were|be|been)\ away ) \b (?! \ from)
    | \b (?i: for|to|by|from|with|of )\ who \b
    | \A See\ [A-Z]\w*
    """
)
"""Phrases that make a reader stop: "is not a list" instead of "is no list", "reported" instead of "told"."""
PARTS = re.compile(
    r"(?:^|_)(?:told|mend|mended|mending|spoil|spoiled|tally|strike|anew|manner|leg|legs|trail|fate|fates|shelf|guilty|"
    r"course|ripe|heed|discreet)(?:_|$)"
)
"""Parts of identifiers for which there is a standard word."""


def modules():
    """Every hand-written module but this one, by its name in the repository."""
    for folder in FOLDERS:
        for path in sorted(folder.rglob("*.py")):
            generated = folder == PACKAGE and GENERATED & set(path.relative_to(PACKAGE).parts)
            if not generated and path != Path(__file__):
                yield path.relative_to(folder.parent).as_posix(), path


class Words(NamedTuple):
    """What a module says, each with its line."""

    texts: list[tuple[int, str]]
    identifiers: list[tuple[int, str]]
    classes: list[str]


@cache
def words_of(path):
    """Read a module once; an f-string is also read as a whole."""
    source = path.read_text()
    found = Words([(number, line) for number, line in enumerate(source.splitlines(), 1) if "#" in line], [], [])
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            found.texts.append((node.lineno, "".join(parts)))
        elif isinstance(node, ast.Constant):
            found.texts.extend([(node.lineno, node.value)] if isinstance(node.value, str) else [])
        else:
            names = (getattr(node, field, None) for field in ("name", "asname", "arg", "id", "attr"))
            found.identifiers.extend((getattr(node, "lineno", 0), name) for name in names if isinstance(name, str))
            found.classes.extend([node.name] if isinstance(node, ast.ClassDef) else [])
    return found


def phrases(text):
    return [
        f"{match[0]!r}: {' '.join(text[max(0, match.start() - 40) :].split())[:90]}" for match in PHRASES.finditer(text)
    ]


def is_private(identifier):
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", identifier).lower()
    return PARTS.search(words) is not None or PHRASES.search(words.replace("_", " ")) is not None


def test_code_and_comments_are_standard_technical_english():
    found = set()
    for name, path in modules():
        words = words_of(path)
        found |= {f"{name}:{line}: {one}" for line, text in words.texts for one in phrases(text)}
        found |= {f"{name}:{line}: {one}" for line, one in words.identifiers if is_private(one)}
    assert sorted(found) == []


def test_pages_are_standard_technical_english():
    pages = {page: page.read_text().splitlines() for pattern in PAGES for page in ROOT.glob(pattern)}
    found = [
        f"{page.name}:{number}: {one}"
        for page, lines in pages.items()
        for number, line in enumerate(lines, 1)
        for one in phrases(line)
    ]
    assert found == []


@pytest.mark.parametrize("simulator", [False, True])
def test_no_two_classes_have_one_name(simulator):
    """The client's and the simulator's each; the simulator imports nothing of the client."""
    places = defaultdict(list)
    for name, path in modules():
        if name.startswith("mirakl_async/") and name.startswith("mirakl_async/simulator/") == simulator:
            for one in words_of(path).classes:
                places[one.lstrip("_")].append(name)
    assert {name: files for name, files in places.items() if len(files) > 1 and name not in TWICE} == {}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("the number is no integer", 1), ("Nobody knows", 1), ("the cause was not told", 1), ("it was none", 1),
        ("the queue is away", 1), ("so many orders, sent anew", 2), ("those who read, by who reads", 2), ("See Journal.", 1),
        ("there is no file", 0), ("it is no longer there", 0), ("there was none", 0), ("none of them", 0),
        ("an hour away from here", 0), ("First call it. See Python's manual.", 0), ("recommended, amend, no-op", 0),
    ],
)  # fmt: skip
def test_phrases_are_found_and_plain_sentences_are_not(text, count):
    assert len(phrases(text)) == count


@pytest.mark.parametrize(
    ("name", "private"),
    [
        ("SpoiledPage", True),
        ("test_it_is_told", True),
        ("TOLD", True),
        ("legend", False),
        ("recourse", False),
        ("there_is_no_file", False),
        ("test_it_is_no_list", True),
    ],
)
def test_private_words_are_found_in_identifiers(name, private):
    assert is_private(name) is private
