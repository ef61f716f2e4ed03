"""The one decision about pictures: in outputs, pasted into an answer, and on the pages of both.

A picture is decoded from base64 and encoded again, so what a browser gets is letters, digits, "+",
"/" and "=". Its size in pixels is read from its header: a few kilobytes of PNG can make a browser
take gigabytes. What has no size there is a picture for no browser, and harmless.
"""

import base64
import binascii
import re
import struct
from typing import Any, NamedTuple

from autograder.files import Refused

BYTES = 4 << 20  # of one picture: a photo, or a screenshot of a large screen
PIXELS = 32_000_000  # of one picture: 128 MB in a browser
ALL_PIXELS = 100_000_000  # of all pictures in a notebook's answers, and again in its outputs
PNG = b"\x89PNG\r\n\x1a\n"
BEGINNINGS = {
    "image/png": re.compile(re.escape(PNG)),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}


class Picture(NamedTuple):
    """A picture that is kept: its base64, and how many pixels a browser makes of it."""

    text: str
    pixels: int


def picture(kind: str, value: Any) -> Picture:
    """Return a PNG, JPEG, GIF or WebP picture of MIME type `kind`, whose base64 is `value`.

    Raises Refused, with the reason, for anything else and for what is too large.
    """
    if kind not in BEGINNINGS or not isinstance(value, str):
        raise Refused("it is not a PNG, JPEG, GIF or WebP picture")
    if len(value) > 2 * BYTES:
        raise Refused(f"it has more than {BYTES >> 20} MiB")
    try:
        data = base64.b64decode(re.sub(r"\s", "", value), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("it is not base64") from error
    if len(data) > BYTES:
        raise Refused(f"it has more than {BYTES >> 20} MiB")
    if not BEGINNINGS[kind].match(data):
        raise Refused(f"it is not what it says ({kind})")
    width, height = _size(kind, data)
    if width * height > PIXELS:
        raise Refused(f"it has {width} × {height} pixels, more than {PIXELS // 1_000_000} million")
    return Picture(base64.b64encode(data).decode(), width * height)


def kept_png(value: Any) -> str:
    """Return a PNG picture in base64, "" for anything that is not kept."""
    try:
        return picture("image/png", value).text
    except Refused:
        return ""


def _size(kind: str, data: bytes) -> tuple[int, int]:
    """Return width and height by the header, (0, 0) where it has none."""
    try:
        if kind == "image/png":
            return struct.unpack(">4x2I", data[12:24]) if data[12:16] == b"IHDR" else (0, 0)
        return {"image/jpeg": _of_jpeg, "image/gif": _of_gif, "image/webp": _of_webp}[kind](data)
    except (struct.error, IndexError):
        return 0, 0


def _of_jpeg(data: bytes) -> tuple[int, int]:
    at = 2
    while (at := data.find(b"\xff", at)) >= 0:
        while data[at] == 0xFF:  # any number of them may come before a marker
            at += 1
        marker, at = data[at], at + 1
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">2H", data[at + 3 : at + 7])
            return width, height
        if marker not in (0x00, 0x01) and not 0xD0 <= marker <= 0xD8:
            at += struct.unpack(">H", data[at : at + 2])[0]
    return 0, 0


def _of_gif(data: bytes) -> tuple[int, int]:
    """Return the larger of the screen and all frames, which may be larger than the screen."""
    width, height, flags = struct.unpack("<2HB", data[6:11])
    at = 13 + _colours(flags)
    while at < len(data) and data[at] in (0x21, 0x2C):
        if data[at] == 0x2C:
            left, top, wide, high, flags = struct.unpack("<4HB", data[at + 1 : at + 10])
            width, height = max(width, left + wide), max(height, top + high)
            at += 11 + _colours(flags)
        else:
            at += 2
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    return width, height


def _colours(flags: int) -> int:
    """Return how many bytes a table of colours takes."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _of_webp(data: bytes) -> tuple[int, int]:
    if data[12:16] == b"VP8X":
        width, height = (int.from_bytes(data[n : n + 3], "little") for n in (24, 27))
        return 1 + width, 1 + height
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<2H", data[26:30])
    return width & 0x3FFF, height & 0x3FFF
