"""Outputs that came out of the sandbox, made harmless: only text and PNG pictures, not too much.

A picture is decoded and encoded again: what a browser gets is base64 and nothing else.
"""

import base64
import binascii
import re
from typing import Any

LINES = 60  # of a traceback
PNG_BYTES = 1 << 20
MOST = 200  # outputs of one cell
PNG = b"\x89PNG\r\n\x1a\n"


def kept_outputs(outputs: list, characters: int) -> list[dict]:
    """Return well-formed nbformat outputs, made of what a run claims its outputs are.

    characters: how many are kept of all text together.
    """
    kept: list[dict] = []
    for output in outputs[:MOST]:
        made = _kept(output, characters) if isinstance(output, dict) else None
        if made is not None:
            characters -= _text_size(made)
            kept.append(made)
        if characters <= 0:
            break
    return kept


def size(outputs: list[dict]) -> int:
    """Return about how many bytes kept outputs take in a notebook's file."""
    pictures = sum(len(output.get("data", {}).get("image/png", "")) for output in outputs)
    return pictures + sum(_text_size(output) for output in outputs)


def _kept(output: dict, characters: int) -> dict | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {
            "output_type": "stream",
            "name": name,
            "text": _text(output.get("text"), characters),
        }
    if kind == "error":
        return kept_error(output)
    if kind not in ("display_data", "execute_result") or not isinstance(output.get("data"), dict):
        return None
    data = {}
    if "text/plain" in output["data"]:
        data["text/plain"] = _text(output["data"]["text/plain"], characters)
    picture = kept_png(output["data"].get("image/png"))
    if picture:
        data["image/png"] = picture
    made = {"output_type": kind, "data": data, "metadata": {}}
    return made | ({"execution_count": None} if kind == "execute_result" else {})


def kept_error(error: Any) -> dict:
    """Return a well-formed nbformat error output, made of what a run claims its error is."""
    error = error if isinstance(error, dict) else {}
    lines = error.get("traceback")
    lines = lines if isinstance(lines, list) else []
    ename, evalue = _text(error.get("ename"), 200) or "Error", _text(error.get("evalue"), 2000)
    traceback = [_text(line, 2000) for line in lines[-LINES:]] or [f"{ename}: {evalue}"]
    return {"output_type": "error", "ename": ename, "evalue": evalue, "traceback": traceback}


def _text(value: Any, characters: int) -> str:
    text = value if isinstance(value, str) else ""
    text = text.encode("utf-8", "replace").decode()  # lone surrogates cannot be saved
    return text if len(text) <= characters else text[: max(characters, 0)] + " …"


def kept_png(value: Any) -> str:
    """Return a PNG picture in base64, "" for anything else and for more than PNG_BYTES.

    The one decision about pictures: for outputs, for what is pasted into an answer, and for the
    pages made of both. The limit is that of what `autograder grade` keeps, so that a page leaves
    out nothing of it: 1 MiB is several times a figure of matplotlib at twice the usual resolution.
    The text returned is encoded anew, so it holds letters, digits, "+", "/" and "=" only.
    """
    if not isinstance(value, str) or len(value) > 2 * PNG_BYTES:
        return ""
    try:
        picture = base64.b64decode(re.sub(r"\s", "", value), validate=True)
    except (binascii.Error, ValueError):
        return ""
    if len(picture) > PNG_BYTES or not picture.startswith(PNG):
        return ""
    return base64.b64encode(picture).decode()


def _text_size(output: dict) -> int:
    return len(output.get("text", "")) + len(output.get("data", {}).get("text/plain", "")) + 1
