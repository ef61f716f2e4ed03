"""The picture's script where nothing is JupyterLab's: with the model that anywidget documents, and
the classes and variables of a page of VS Code. That program itself is not run here."""

import json
from itertools import combinations

import pytest
from matplotlib import rc_context
from matplotlib.patches import Rectangle

from course.single_server import explore
from course.view import style
from course.view.architecture import Node, Tier, architecture
from course.view.picture import Picture
from tests.jupyterlab import chromium, find_chromium, new_page
from tests.picture_text import LEAST, contrast

pytestmark = [
    pytest.mark.skipif(not find_chromium(), reason="no Chromium found (apt install chromium)"),
    pytest.mark.filterwarnings("default"),  # the browser driver's own
]
SENT = ("frames", "background", "moving", "label", "narrow")
# as VS Code's webviews are: a class of the body, and variables of their own
PAGE = """<!doctype html><html><head><style>{css}</style></head>
<body class="{kind}" style="margin: 0; --vscode-editor-background: {paper};
  background: var(--vscode-editor-background)"><div id="here"></div></body></html>"""
RENDER = """async ([script, state]) => {
    const heard = {};
    const known = {
        get: name => {
            if (!(name in state)) throw new Error(`no trait ${name}`);
            return state[name]; },
        set: (name, value) => { state[name] = value; },
        on: (names, call) => names.split(" ").forEach(name => (heard[name] ??= []).push(call)),
        off: () => {}, save_changes: () => {}, send: () => {},
    };
    const model = new Proxy(known, {get: (all, name) => {
        if (name in all) return all[name];
        throw new Error(`model.${String(name)} is not documented`);
    }});
    window.change = (name, value) => {
        state[name] = value;
        for (const call of heard[`change:${name}`] ?? []) call();
    };
    const {default: widget} = await import(URL.createObjectURL(
        new Blob([script], {type: "text/javascript"})));
    window.gone = await widget.render({model, el: document.getElementById("here")});
}"""
SEEN = """() => [...document.querySelectorAll("#here svg")]
    .filter(svg => svg.getClientRects().length).flatMap(svg =>
        [...svg.querySelectorAll("text")]).map(text => {
        const [red, green, blue] = getComputedStyle(text).fill.match(/[\\d.]+/g).map(Number);
        return [text.textContent, [red / 255, green / 255, blue / 255]]; })"""
KINDS = {
    "vscode-light": "rgb(255, 255, 255)",
    "vscode-dark": "rgb(17, 17, 17)",
    "vscode-high-contrast": "rgb(17, 17, 17)",
    "vscode-high-contrast vscode-high-contrast-light": "rgb(255, 255, 255)",
}


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


def show(page, picture, kind, width=1000):
    page.set_viewport_size({"width": width, "height": 700})
    page.set_content(PAGE.format(css=Picture._css, kind=kind, paper=KINDS[kind].replace(" ", "")))
    page.locator("#here").evaluate("e => e.classList.add('explore-picture')")  # as ipywidgets does
    state = {name: getattr(picture, name) for name in SENT}
    page.evaluate(RENDER, [Picture._esm, json.loads(json.dumps(state))])


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_drawn_moves_and_follows_the_theme(browser, kind):
    explorer = explore()
    with new_page(browser) as (page, errors):
        other = "light" if KINDS[kind] == "rgb(17, 17, 17)" else "dark"
        page.emulate_media(color_scheme=other)  # the program's theme counts, not the system's
        show(page, explorer.image, kind)
        paper = page.locator("#here").evaluate("e => getComputedStyle(e).backgroundColor")
        assert paper == KINDS[kind]
        texts = page.evaluate(SEEN)
        below = [int(each) / 255 for each in paper[4:-1].split(", ")]
        assert len(texts) > 10
        assert [text for text, colour in texts if contrast(colour, below) < LEAST] == []

        before = page.locator("#here").inner_html()
        control = next(iter(explorer.controls.values()))
        control.value = control.max
        page.evaluate("svg => change('moving', svg)", explorer.image.moving)
        page.evaluate("label => change('label', label)", explorer.image.label)
        assert page.locator("#here").inner_html() != before
        assert page.locator("#here").get_attribute("aria-label") == explorer.image.label
        page.evaluate("gone()")
        assert errors == []


def test_a_panel_shrinks_where_it_must_but_its_text_does_not(browser):
    explorer = explore()
    assert max(frame[2] for frame in explorer.image.frames) * 100 / 72 > 360
    with new_page(browser) as (page, errors):
        for width in (1000, 274, 150):  # 274: what JupyterLab leaves on a phone
            show(page, explorer.image, "vscode-light", width)
            scrolls = page.locator("#here").evaluate("e => e.scrollWidth > e.clientWidth")
            told = page.locator("#here").evaluate("e => getComputedStyle(e, '::before').content")
            assert scrolls is ("Scroll sideways" in told) is (width == 150)
            assert smallest_text(page) >= 11.9  # CSS pixels: 9 points
        assert errors == []


def smallest_text(page):
    """Return the size in CSS pixels of the smallest text that is seen."""
    return page.evaluate("""() => Math.min(...[...document.querySelectorAll("#here svg")]
        .filter(svg => svg.getClientRects().length).flatMap(svg =>
            [...svg.querySelectorAll("text")].map(text =>
                parseFloat(getComputedStyle(text).fontSize) * svg.getScreenCTM().a)))""")


@rc_context(style.LOOK)
def crowded():
    """Return a Picture that has just enough room for its texts where it is shown full-size."""
    figure, axes = style.figure(1, 1, width=3.9, height=3)
    axes.set(title="How long does a reader of a page wait?", ylabel="queries/s")
    axes.set(xlim=(0, 1.3), ylim=(0, 1))
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1, 1.2], [f"{20 * i} %" for i in range(7)])
    axes.set_yticks([0.5, 1], ["50,000", "100,000"])
    box = Rectangle((0.4, 0.3), 0.5, 0.4, facecolor="white", edgecolor=style.INK)
    axes.add_patch(box)
    axes.text(0.65, 0.5, "203.0.113.100", ha="center", va="center")
    for label in ("not noticed, failing", "taken out"):
        axes.plot([], [], label=label)
    style.legend_below(axes, down=0.2)
    return Picture(figure)


def test_text_that_has_grown_stays_apart_from_other_text(browser):
    with new_page(browser) as (page, errors):
        for width in (274, 1000):
            show(page, crowded().redraw("crowded"), "vscode-light", width)
            boxes = {
                words: text.bounding_box()
                for text in page.locator("#here text").all()
                if (words := text.text_content())
            }
            assert apart(boxes) == []
            [svg] = page.locator("#here svg").all()
            paper = svg.bounding_box()
            assert all(inside(box, paper) for box in boxes.values()), boxes
            frame = page.locator("#here path").evaluate_all(
                "(paths, text) => paths.map(path => path.getBoundingClientRect())"
                ".filter(box => box.x < text.x && box.y < text.y && box.width < 2 * text.width"
                " && box.right > text.x + text.width && box.bottom > text.y + text.height).length",
                boxes["203.0.113.100"],
            )
            assert frame
            end = boxes["not noticed, failing"]["x"] + boxes["not noticed, failing"]["width"]
            assert boxes["taken out"]["x"] - end > 22  # the legend's handle is between them
        # what had to be squeezed is not stretched where there is room again
        show(page, crowded().redraw("crowded"), "vscode-light", 274)
        assert page.locator("#here [textLength]").count() > 3
        page.set_viewport_size({"width": 1000, "height": 700})
        page.wait_for_function("!document.querySelector('#here :is([textLength], [dy])')")
        assert errors == []


def apart(boxes, slack=3):
    """Return the pairs of texts on each other; slack: pixels of white that a box has around it."""
    return [
        (one, other)
        for one, other in combinations(boxes, 2)
        if all(
            min(boxes[one][at] + boxes[one][size], boxes[other][at] + boxes[other][size])
            - max(boxes[one][at], boxes[other][at])
            > slack
            for at, size in (("x", "width"), ("y", "height"))
        )
    ]


def inside(box, paper, slack=1):
    return (
        box["x"] >= paper["x"] - slack
        and box["y"] >= paper["y"] - slack
        and box["x"] + box["width"] <= paper["x"] + paper["width"] + slack
    )


def test_where_there_is_no_room_the_architecture_stands_upright(browser):
    tiers = (
        Tier("clients", (Node("browser", ("HTML",)),)),
        Tier("web tier", (Node("web-1"), Node("web-2")), zone="private network"),
        Tier("data tier", (Node("primary"), Node("replica")), new=True, zone="private network"),
    )
    links = [
        ("browser", "web-1", "HTTP"),
        ("web-1", "primary", ""),
        ("browser", "replica", "reads"),
    ]
    links.append(("primary", "replica", "log"))
    picture = architecture(tiers, links)
    with new_page(browser) as (page, errors):
        shapes = {}
        for width in (1000, 274):
            show(page, picture, "vscode-light", width)
            [panel] = [svg for svg in page.locator("#here svg").all() if svg.is_visible()]
            box = panel.bounding_box()
            shapes[width] = box["height"] / box["width"]
            assert box["width"] <= width
            assert page.locator("#here").evaluate("e => e.scrollWidth <= e.clientWidth")
            words = {text for text, _ in page.evaluate(SEEN)}
            assert {"browser", "web-2", "replica", "HTTP", "reads", "data tier (new)"} <= words
            assert smallest_text(page) >= 11.9
        assert shapes[1000] < 0.5 and shapes[274] > 0.8
        assert errors == []
