"""The name a server gives to a file, in `Content-Disposition` (RFC 6266), and that name made safe to be one here.

A server's name is data: it may hold folders, control characters, or the name of a device. What `safe_name` gives is
one path component, on every system.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

MAX_BYTES = 200
_PARAMETER = re.compile(r""";\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)""", re.DOTALL)
_EXTENDED = re.compile(r"([\w-]*)'[\w-]*'(.*)", re.DOTALL)
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)", re.IGNORECASE)


def file_name(header: str | None) -> str | None:
    """The file name in a Content-Disposition, as the server wrote it; None if it gives none."""
    if not header:
        return None
    found = {name.lower(): value.strip() for name, value in _PARAMETER.findall(";" + header)}
    extended = _EXTENDED.fullmatch(found.get("filename*", "").strip('"'))
    if extended is not None and extended[2]:
        return _decoded(unquote_to_bytes(extended[2]), extended[1])
    plain = found.get("filename")
    if not plain:
        return None
    if plain.startswith('"'):
        plain = re.sub(r"\\(.)", r"\1", plain[1:].removesuffix('"'))
    # Header bytes that are not ASCII reach us as surrogates: most servers mean UTF-8, RFC 9110 means Latin-1.
    return _decoded(plain.encode("utf-8", "surrogateescape"), "utf-8") or None


def safe_name(name: str | None, fallback: str = "download") -> str:
    """One path component made of a server's name: no folders, no control characters, at most 200 bytes."""
    last = re.split(r"[/\\]", name or "")[-1]
    printable = "".join(character if character.isprintable() else "_" for character in last)
    cleaned = _FORBIDDEN.sub("_", printable).strip().lstrip(".").rstrip(". ")
    if not cleaned.strip("_"):
        return fallback
    return _shortened(f"_{cleaned}" if _DEVICE.match(cleaned) else cleaned)


def _decoded(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset or "utf-8")
    except (LookupError, UnicodeError):
        return raw.decode("latin-1")


def _shortened(name: str) -> str:
    if len(name.encode()) <= MAX_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 16:
        stem, extension = name, ""
    else:
        extension = dot + extension
    room = MAX_BYTES - len(extension.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + extension
