"""Forms of several parts, written by hand."""

from __future__ import annotations

import msgspec


def form(*parts, boundary="b0undary"):
    """Return the arguments of a request with these parts: pairs of header lines and content."""
    body = b"".join(f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n" for head, content in parts)
    return {
        "data": body + f"--{boundary}--\r\n".encode(),
        "headers": {"Content-Type": f"multipart/form-data; boundary={boundary}"},
    }


def field(name, value):
    return f'Content-Disposition: form-data; name="{name}"', value.encode()


def file(name, file_name, content=b"content", content_type="application/octet-stream"):
    head = f'Content-Disposition: form-data; name="{name}"; filename="{file_name}"\r\nContent-Type: {content_type}'
    return head, content


def json_part(name, value, content_type="application/json"):
    head = f'Content-Disposition: form-data; name="{name}"\r\nContent-Type: {content_type}'
    return head, msgspec.json.encode(value)
