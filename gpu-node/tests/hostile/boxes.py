"""Puts into genuine films what points to other files: data references, attachments, linked
segments."""

import struct
from pathlib import Path

_PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"dinf")


def with_external_data(film: bytes, target: Path, kind: bytes) -> bytes:
    """An MP4, its index behind its pictures, that says its pictures lie in `target`."""
    return _mapped(film, _reference(target, kind))


def with_linked_segments(film: bytes, target: Path) -> bytes:
    """A Matroska film that names further ones and carries attachments and chapters of others."""
    name = str(target).encode()
    links = _element(b"\x3c\x83\xab", name) + _element(b"\x3e\x83\xbb", name)
    info = _element(b"\x15\x49\xa9\x66", links + _element(b"\x3e\xb9\x23", bytes(16)))
    attached = _element(b"\x46\x6e", name) + _element(b"\x46\x60", b"text/plain")
    attachments = _element(b"\x19\x41\xa4\x69", _element(b"\x61\xa7", attached + _element(
        b"\x46\x5c", b"#EXTM3U\n" + name) + _element(b"\x46\xae", b"\x01")))  # fmt: skip
    atom = _element(b"\x73\xc4", b"\x01") + _element(b"\x91", b"\x00")
    atom += _element(b"\x6e\x67", bytes(16)) + _element(b"\x6e\xbc", b"\x01")
    chapters = _element(b"\x10\x43\xa7\x70", _element(b"\x45\xb9", _element(b"\xb6", atom)))
    at = film.index(b"\x18\x53\x80\x67") + 4
    cluster = film.index(b"\x1f\x43\xb6\x75")
    # The segment's length becomes unknown, so that more fits in.
    head = film[:at] + b"\x01" + b"\xff" * 7 + film[at + 8 : cluster]
    return head + info + attachments + chapters + film[cluster:]


def _mapped(data: bytes, dref: bytes) -> bytes:
    out, at = b"", 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + size]
        if name in _PARENTS:
            body = _mapped(body, dref)
        elif name == b"dref":
            body = dref
        out += struct.pack(">I4s", len(body) + 8, name) + body
        at += size
    return out


def _reference(target: Path, kind: bytes) -> bytes:
    path = str(target).encode()
    if kind == b"url ":
        entry = b"\0\0\0\0" + f"file://{target}".encode() + b"\0"
    else:
        pieces = struct.pack(">HH", 2, len(path)) + path + b"\0" * (len(path) % 2) + b"\xff\xff\0\0"
        folder, name = str(target.parent).encode()[-27:], target.name.encode()[:63]
        entry = b"\0\0\0\0" + bytes(10) + bytes([len(folder)]) + folder.ljust(27, b"\0")
        entry += bytes(12) + bytes([len(name)]) + name.ljust(63, b"\0") + bytes(16)
        entry += struct.pack(">hh", 1, 1) + bytes(16) + pieces
    return struct.pack(">II", 0, 1) + struct.pack(">I4s", len(entry) + 8, kind) + entry


def _element(name: bytes, body: bytes) -> bytes:
    return name + struct.pack(">Q", len(body) | 1 << 56) + body
