"""Make the pictures of the page for written answers: python docs/answers_pictures.py

Writes docs/term/answers-light.png and answers-dark.png: a made-up class in the middle of grading.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs.screenshot import DOCS, write
from tests.jupyterlab import chromium_page
from tests.written_answers import make_class, serving

SHOWN = (
    "Users see an error page for about every second request. web-1 answers in 1 ms, so it is "
    "**always idle**, and `LeastConnections` picks the server with the fewest open requests. So it "
    "gets far more than its quarter.\n\nThe health checker asks only the probe page, and that page "
    'says "ok". It can\'t know.\n\nTwo changes: the probe should load a real page with a database '
    "query. And we could go back to `RoundRobin`, then only 25 % fail."
)
OTHERS = (
    "The broken server is fast, so it looks free and attracts the traffic.",
    "The health checker must be faster: fall=1.",
    "Half of the requests fail. The probe does not use the code that is broken.",
    "web-1 is overloaded, because it has too few connections.",
    "Because least connections thinks that web-1 is idle!",
    "because least connections thinks, that web-1 is idle",
    "Take servers out that answer with errors; probe a real page.",
)
COMMENTS = ("Which requests does the checker see?", "What does each change cost?")
SIZE = (1280, 800)


def main(folder):
    """Write the two pictures."""
    answers = {f"s{number:02}": text for number, text in enumerate((SHOWN, *OTHERS))}
    course = make_class(folder / "course", answers)
    with serving(course) as running, chromium_page(*SIZE) as (page, _):
        page.goto(running.address)
        idle = "body[data-busy=false]"
        page.wait_for_selector("#answer *")
        graded = 0
        while page.locator("#about", has_text="waits for a grade").count() and graded < 5:
            if page.locator("#answer strong").count():
                page.keyboard.press("ArrowRight")
            else:
                page.keyboard.press("1")
                page.keyboard.press("c")
                page.keyboard.type(COMMENTS[graded % len(COMMENTS)])
                page.keyboard.press("Control+Enter")
                graded += 1
            page.wait_for_selector(idle)
        for key in (*len(answers) * ["ArrowLeft"], *len(answers) * ["ArrowRight"]):
            if not page.locator("#answer strong").count():
                page.keyboard.press(key)
                page.wait_for_selector(idle)
        for key in ("1", "2", "3", "3", "b", "2"):
            page.keyboard.press(key)
        page.keyboard.press("b")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(300)
            write(page.screenshot(), DOCS / "term" / f"answers-{scheme}.png")


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        main(Path(temporary))
