"""Parse the file name in `Content-Disposition` (RFC 6266), and make it safe as a local file name.

The name is untrusted: it may contain folders, control characters, or the name of a device. `safe_name` returns a single
path component that is valid on every system.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

__all__ = ["MAX_NAME_BYTES", "parse_file_name", "safe_name"]

MAX_NAME_BYTES = 200
_PARAMETER = re.compile(r""";\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)""", re.DOTALL)
_EXTENDED = re.compile(r"([\w-]*)'[\w-]*'(.*)", re.DOTALL)
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)", re.IGNORECASE)


def parse_file_name(header: str | None) -> str | None:
    """The file name in a Content-Disposition header, unchanged; None if there is none."""
    if not header:
        return None
    params = {name.lower(): value.strip() for name, value in _PARAMETER.findall(";" + header)}
    extended = _EXTENDED.fullmatch(params.get("filename*", "").strip('"'))
    if extended is not None and extended[2]:
        return _decode(unquote_to_bytes(extended[2]), extended[1])
    plain = params.get("filename")
    if not plain:
        return None
    if plain.startswith('"'):
        plain = re.sub(r"\\(.)", r"\1", plain[1:].removesuffix('"'))
    # aiohttp decodes non-ASCII header bytes to surrogates: most servers send UTF-8, RFC 9110 says Latin-1.
    return _decode(plain.encode("utf-8", "surrogateescape"), "utf-8") or None


def safe_name(name: str | None, fallback: str = "download") -> str:
    """Turn a server's file name into one path component: no folders, no control characters, at most 200 bytes."""
    last_part = re.split(r"[/\\]", name or "")[-1]
    printable = "".join(character if character.isprintable() else "_" for character in last_part)
    cleaned = _FORBIDDEN.sub("_", printable).strip().lstrip(".").rstrip(". ")
    if not cleaned.strip("_"):
        return fallback
    return _truncated(f"_{cleaned}" if _DEVICE.match(cleaned) else cleaned)


def _decode(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset or "utf-8")
    except (LookupError, UnicodeError):
        return raw.decode("latin-1")


def _truncated(name: str) -> str:
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 16:
        stem, extension = name, ""
    else:
        extension = dot + extension
    max_stem_bytes = MAX_NAME_BYTES - len(extension.encode())
    return stem.encode()[:max_stem_bytes].decode(errors="ignore").rstrip(". ") + extension
