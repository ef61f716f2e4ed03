"""Make the stills of the films, and the README's moving picture: python docs/films.py

Writes docs/films/NN_name_K.png (six moments of each film of each notebook, with the worked
solutions in it), docs/films.md, and docs/film.webp (the README's).
"""

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from autograder.build import title
from docs.played import calls, film
from tests.course_scripts import ROOT
from tests.jupyterlab import chromium_page

DOCS = ROOT / "docs"
MOVING, ACTION, SHOWN = "02_load_balancer", 1.5, (1.0, 4.0)  # the README's, in s of the run
PICTURES, SECONDS = 90, 15.0
STILLS, WIDTH = 6, 1040
LARGEST, MOST = 150_000, 1_000_000  # bytes of a sheet, and of the moving picture
PAGE = """# The films

Your own component at work: each notebook replays a run, request by request, on your code. Below are
six moments of each film, from left to right and from top to bottom, with a worked solution running
in it. `python docs/films.py` makes this page and its pictures.
"""


def main(folder):
    """Write the stills, the page and the moving picture; SystemExit if one is too large."""
    (DOCS / "films").mkdir(exist_ok=True)
    page_text = [PAGE]
    with chromium_page(width=WIDTH + 40, height=1000) as (page, _):
        for each in title.titles(ROOT):
            page_text.append(f"## {each.heading}\n")
            for number, call in enumerate(calls(each.name), start=1):
                made = film(each.name, call)
                sheet = DOCS / "films" / f"{each.name}_{number}.png"
                write_sheet(stills(page, made.save(folder / "film.html")), sheet)
                words = " ".join(words for _, words in made.reel.captions)
                page_text.append(f"`{call}`\n\n![{words}](films/{sheet.name})\n")
        moving = film(MOVING, calls(MOVING)[-1])
        for action in list(moving.actions)[:1]:
            moving.press(action, 0)
            moving.press(action, ACTION)
        write_moving(page, moving.save(folder / "film.html"), DOCS / "film.webp")
    (DOCS / "films.md").write_text("\n".join(page_text))


def opened(page, path):
    """Open a saved film, still; return its start and end in seconds of the run."""
    page.goto(path.as_uri())
    page.evaluate("document.querySelector('.film').player.pause()")
    reel = "document.querySelector('.film').player.reel"
    return page.evaluate(f"[{reel}.start, {reel}.end]")


def picture_at(page, time):
    """Return the lanes as they are at `time`, with the time after their titles."""
    page.evaluate(
        """time => {
            const film = document.querySelector(".film");
            film.player.seek(time);
            film.querySelectorAll(".film-lane .film-title").forEach((title, i) => {
                const name = film.player.reel.lanes[i].title;
                title.textContent = `${name} · ${film.player.written(time)}`; }); }""",
        time,
    )
    shot = page.locator(".film-lanes").screenshot()
    return Image.open(io.BytesIO(shot)).convert("RGB")


def stills(page, path):
    """Return pictures of six moments of a saved film."""
    start, end = opened(page, path)
    return [picture_at(page, start + (n + 0.5) / STILLS * (end - start)) for n in range(STILLS)]


def write_sheet(pictures, path):
    """Write the pictures as one PNG with a palette, two in a row."""
    width, height = pictures[0].size
    sheet = Image.new("RGB", (2 * width + 20, 3 * (height + 20)), "white")
    for number, picture in enumerate(pictures):
        sheet.paste(picture, ((number % 2) * (width + 20), (number // 2) * (height + 20)))
    sheet.thumbnail((1400, 1400), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    few = sheet.quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(file, "PNG", optimize=True)
    _write(file.getvalue(), path, LARGEST)


def write_moving(page, path, target):
    """Write a stretch of a saved film as one moving picture."""
    opened(page, path)
    start, end = SHOWN
    times = [start + n / PICTURES * (end - start) for n in range(PICTURES)]
    pictures = [picture_at(page, time) for time in times]
    pictures = [each.resize((each.width * 3 // 4, each.height * 3 // 4)) for each in pictures]
    file, pause = io.BytesIO(), round(1000 * SECONDS / PICTURES)
    look = {"duration": pause, "loop": 0, "quality": 60, "method": 4}
    pictures[0].save(file, "WEBP", save_all=True, append_images=pictures[1:], **look)
    _write(file.getvalue(), target, MOST)


def _write(content, path, most):
    if len(content) > most:
        raise SystemExit(f"{path}: {len(content)} bytes, more than {most}")
    path.write_bytes(content)
    print(path.relative_to(ROOT), len(content), "bytes")


if __name__ == "__main__":
    with TemporaryDirectory() as made:
        main(Path(made))
