"""A page that is one file, opened in a real browser as wide as a phone."""

from typing import NamedTuple

import pytest

from tests.jupyterlab import chromium_page, find_chromium

needs_chromium = pytest.mark.skipif(
    not find_chromium(), reason="no Chromium found (apt install chromium)"
)
OVERLAPS = """() => {
  const texts = [...document.querySelectorAll("h1, h2, h3, p, table, pre, img, nav")]
    .filter(one => one.getClientRects().length && !one.closest("details, pre pre"));
  const boxes = texts.map(one => one.getBoundingClientRect());
  const found = [];
  for (let i = 0; i < texts.length; i++) for (let j = i + 1; j < texts.length; j++) {
    const [a, b] = [boxes[i], boxes[j]];
    const apart = a.bottom <= b.top + 1 || b.bottom <= a.top + 1 || a.right <= b.left + 1
      || b.right <= a.left + 1;
    if (!apart && !texts[i].contains(texts[j]) && !texts[j].contains(texts[i]))
      found.push([texts[i].outerHTML.slice(0, 80), texts[j].outerHTML.slice(0, 80)]);
  }
  return found;
}"""


class Visit(NamedTuple):
    """What a browser made of a page."""

    width: int  # of the content, in CSS pixels
    overlaps: list
    requests: list  # but for the page itself
    errors: list
    hit: object  # what a script of the page would have set


def visit(path, width=390):
    """Open the file and look at it."""
    with chromium_page(width=width) as (page, errors):
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        for details in page.locator("details").all():
            details.evaluate("one => { one.open = true }")
        return Visit(
            width=page.evaluate("document.documentElement.scrollWidth"),
            overlaps=page.evaluate(OVERLAPS),
            requests=[url for url in asked if url != path.as_uri() and url[:5] != "data:"],
            errors=errors,
            hit=page.evaluate("window.hit"),
        )
