"""Outputs that came out of the sandbox, made harmless: only text and PNG pictures, not too much."""

from typing import Any

from autograder.grade import pictures

LINES = 60  # of a traceback
MOST = 200  # outputs of one cell
PIXELS_A_BYTE = 6  # a notebook's 16 MiB (see execute.py) are 100 million pixels


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
    """Return about how many bytes kept outputs take in a notebook's file, or for a browser.

    A picture counts as its pixels if they are more: few bytes of PNG can be many pixels.
    """
    return sum(_text_size(output) + _picture_size(output) for output in outputs)


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
    picture = pictures.kept_png(output["data"].get("image/png"))
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


def _text_size(output: dict) -> int:
    return len(output.get("text", "")) + len(output.get("data", {}).get("text/plain", "")) + 1


def _picture_size(output: dict) -> int:
    picture = output.get("data", {}).get("image/png", "")
    if not picture:
        return 0
    return max(len(picture), pictures.picture("image/png", picture).pixels // PIXELS_A_BYTE)
