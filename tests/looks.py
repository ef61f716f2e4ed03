"""How the explorers in a notebook look and are reached, in a real browser.

Text must be whole, apart from all other text (also within a picture), and have a contrast of 4.5;
in pictures it has at least 9 points; no picture scrolls sideways; every picture has words; by
keyboard alone one comes to each control and moves it.
"""

from ast import literal_eval

from tests.jupyterlab import PANEL, cell_locator, run_cell

CONTROLS = ".explore:not(.explore-film) :is(.noUi-handle, select, input[type=checkbox])"
ON_A_CONTROL = f"""() => {{
    const here = document.activeElement;
    if (!here.matches("{CONTROLS}")) return null;
    const explorer = here.closest(".explore");
    const shown = () => explorer.querySelector(".explore-picture").innerHTML
        + explorer.querySelector(".explore-sentence").innerText;
    const before = shown();
    window.changed = () => shown() !== before;
    const cell = [...document.querySelectorAll("{PANEL} .jp-Notebook .jp-Cell")]
        .findIndex(cell => cell.contains(here));
    const label = here.closest(".jupyter-widgets, .widget-inline-hbox").innerText.split("\\n")[0];
    const kind = here.tagName === "DIV" ? "slider" : here.type === "checkbox" ? "tick" : "choice";
    const at_end = kind === "slider" ? here.ariaValueNow === here.ariaValueMax
        : here.selectedIndex === here.length - 1;
    const only_one = here.length === 1;
    if (only_one) window.changed = () => true;
    const number = [...explorer.querySelectorAll("{CONTROLS}")].indexOf(here);
    return {{cell, number, label, kind, at_end, only_one}};
}}"""
REDRAWN = "BACKGROUND.submit(int).result()"  # after all redraws that are waiting for their turn
# what is cut off, lies on something else, has too little contrast, or is a picture without words
LOOK = """() => {
  const found = new Set();
  const say = (what, ...elements) => found.add(what + ": " + elements.map(e =>
    (e.className.baseVal ?? e.className) + " "
    + JSON.stringify((e.innerText || e.ariaLabel || e.alt || e.textContent).slice(0, 50))));
  const shows = e => e.getClientRects().length && getComputedStyle(e).visibility === "visible";
  const outside = (box, paper) => box.right > paper.right + 1 || box.left < paper.left - 1;
  const ink = text => {  // without the white above and below the letters
    const {left, right, top, bottom} = text.getBoundingClientRect();
    const [x, y] = text.hasAttribute("transform") ? [0.2, 0] : [0, 0.2];
    const [wide, high] = [x * (right - left), y * (bottom - top)];
    return {left: left + wide, right: right - wide, top: top + high, bottom: bottom - high};
  };
  const all = (where, what) => [...where.querySelectorAll(what)].filter(shows);

  const over = (top, below) => {
    const [red, green, blue, opacity = 1] = top.match(/[\\d.]+/g).map(Number);
    return [red, green, blue].map((each, i) => opacity * each + (1 - opacity) * below[i]);
  };
  const luminance = colour => colour.map(each => each / 255)
    .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
    .reduce((sum, each, i) => sum + each * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = element => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.push(getComputedStyle(e).backgroundColor);
    const below = layers.reduceRight((colour, layer) => over(layer, colour), [255, 255, 255]);
    const both = [over(getComputedStyle(element).color, below), below].map(luminance);
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  };

  const texts = ".widget-label, .widget-label-basic, .widget-readout, select, p, b, li, button";
  for (const group of all(document, "PANEL :is(.explore, .submit)")) {
    const paper = group.closest(".jp-OutputArea-output").getBoundingClientRect();
    const parts = all(group, texts + ", .slider-container, .explore-picture, input");
    const boxes = parts.map(part => part.getBoundingClientRect());
    parts.forEach((part, i) => {
      const box = boxes[i];
      if (part.matches(texts) && part.scrollWidth > part.clientWidth + 1) say("cut", part);
      if (outside(box, paper)) say("outside", part);
      if (part.matches(".slider-container, .explore-picture") && box.width < 60) say("short", part);
      if (part.matches(texts) && contrast(part) < 4.5) say(`contrast ${contrast(part)}`, part);
      for (let j = i + 1; j < parts.length; j++) {
        const wide = Math.min(box.right, boxes[j].right) - Math.max(box.left, boxes[j].left);
        const high = Math.min(box.bottom, boxes[j].bottom) - Math.max(box.top, boxes[j].top);
        if (wide > 1 && high > 1 && !part.contains(parts[j])) say("on", part, parts[j]);
      }
    });
  }
  for (const page of all(document, "PANEL :is(.jp-OutputArea-output, .jp-MarkdownOutput)"))
    for (const block of all(page, ":is(p, li, h1, h2, h3, summary, img)"))
      if (!block.closest(".explore, .submit, pre, table")  // code and tables scroll by themselves
          && outside(block.getBoundingClientRect(), page.getBoundingClientRect()))
        say("outside", block);
  for (const image of all(document, "PANEL .jp-Notebook :is(img, [role=img])"))
    if ((image.alt || image.ariaLabel || "").trim().length < 4) say("no words", image);

  for (const picture of all(document, "PANEL .explore-picture"))
    if (picture.scrollWidth > picture.clientWidth + 1)
      say(`scrolls ${picture.scrollWidth} in ${picture.clientWidth}`, picture);

  for (const panel of all(document, "PANEL .explore-picture svg")) {
    const pixels = panel.getScreenCTM().a;
    panel.scrollIntoView();
    for (const text of all(panel, "text")) {
      const {fontSize, fill} = getComputedStyle(text);
      const points = parseFloat(fontSize) * pixels * 72 / 96;
      if (points < 8.95) say(`${points} points`, text);
      const box = text.getBoundingClientRect();
      const stack = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      const below = stack.filter(e => e.matches("path, rect, use") && panel.contains(e))
        .map(e => [getComputedStyle(e).fill, getComputedStyle(e).fillOpacity])
        .filter(([fill]) => fill.startsWith("rgb"));
      const colours = [...below.map(([fill, share]) => fill.replace(")", `, ${share})`)),
        getComputedStyle(panel.parentElement).backgroundColor];
      const paper = colours.reduceRight((colour, layer) => over(layer, colour), [255, 255, 255]);
      const both = [over(fill, paper), paper].map(luminance);
      const ratio = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
      if (ratio < 4.5) say(`contrast ${ratio.toFixed(1)}`, text);
    }
    const texts = all(panel, "text:not([transform]), text[transform^='rotate(-90']");
    const inks = texts.map(ink);
    inks.forEach((one, i) => inks.slice(i + 1).forEach((next, more) => {
      const wide = Math.min(one.right, next.right) - Math.max(one.left, next.left);
      const high = Math.min(one.bottom, next.bottom) - Math.max(one.top, next.top);
      if (wide > 1.5 && high > 1.5) say("on", texts[i], texts[i + 1 + more]);
    }));
  }
  return [...found];
}""".replace("PANEL", PANEL)


def look(page):
    """Return what is wrong with what is seen now, one line each."""
    return page.evaluate(LOOK)


def narrow(page, width=390):
    """Make the window as wide as a phone's, and close the list of files, which would fill it."""
    page.evaluate("jupyterapp.shell.collapseLeft()")
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_function(
        f"document.querySelector('{PANEL} .jp-Notebook').getBoundingClientRect().width < {width}"
    )


def count_controls(where):
    """Return how many sliders, drop-downs and ticks there are: in the open notebook, or a cell."""
    return where.locator(CONTROLS).count()


def out_of_reach(page):
    """Return the label of each control that the Tab key would pass by."""
    return page.evaluate(f"""[...document.querySelectorAll("{PANEL} {CONTROLS}")]
        .filter(one => one.tabIndex < 0 || one.disabled || !one.getClientRects().length)
        .map(one => one.closest(".jupyter-widgets, .widget-inline-hbox").innerText)""")


def cells_with_controls(page):
    """Return the indices of the cells that have sliders, drop-downs or ticks below them."""
    return page.evaluate(f"""[...document.querySelectorAll("{PANEL} .jp-Notebook .jp-Cell")]
        .flatMap((cell, index) => cell.querySelector("{CONTROLS}") ? [index] : [])""")


def films(page):
    """Return of each film whether its player has painted something on every stage."""
    return page.evaluate(f"""[...document.querySelectorAll("{PANEL} .film")].map(film =>
        film.player?.frames > 0 && [...film.querySelectorAll(".film-lanes canvas")].every(c =>
            c.getContext("2d").getImageData(0, 0, c.width, c.height).data.some(value => value)))
    """)


def kinds_of_controls(page):
    """Return which of slider, choice and tick are in the page."""
    elements = {"slider": ".noUi-handle", "choice": "select", "tick": "input[type=checkbox]"}
    return {
        kind for kind, what in elements.items() if page.locator(f"{PANEL} .explore {what}").count()
    }


def walk_by_keyboard(page, first, stops):
    """Go by Tab from the cell at `first` until `stops` controls were reached; move each by a key.

    Returns (reached, unmoved): the cell and the label of every control reached, and those that
    changed neither picture nor words, moved to one side and to the other,
    neither where the walk came by nor alone from where they all stand at first.
    """
    page.evaluate(f"jupyterapp.shell.currentWidget.content.activeCellIndex = {first}")
    page.evaluate("jupyterapp.shell.currentWidget.content.mode = 'command'")
    page.evaluate("jupyterapp.shell.currentWidget.content.activate()")
    cell_locator(page, first).evaluate("cell => cell.focus()")
    reached, unmoved = [], []
    for _ in range(10 * stops):
        if len(reached) == stops:
            break
        page.keyboard.press("Tab")
        if control := page.evaluate(ON_A_CONTROL):
            reached.append((control["cell"], control["label"]))
            if not any(_changes(page, keys) for keys in _ways(control)):
                unmoved.append((control["number"], *reached[-1]))
    return reached, [
        (cell, label) for number, cell, label in unmoved if not _moves(page, number, cell)
    ]


def _moves(page, number, cell):
    """Return whether the control with that number in its explorer moves anything at first."""
    run_cell(page, cell)
    cell_locator(page, cell).locator(CONTROLS).nth(number).focus()
    return any(_changes(page, keys) for keys in _ways(page.evaluate(ON_A_CONTROL)))


def _ways(control):
    """Return keys to press: a step to one side, or else to the other; each way a list of keys."""
    there, back = ["ArrowRight"], ["ArrowLeft"]
    if control["only_one"]:  # a database that is not installed here is not offered
        return [[]]
    if control["kind"] == "tick":
        return [["Space"]]
    if control["kind"] == "choice":  # opened first: closed, JupyterLab takes the arrows for itself
        there, back = (["Space", f"Arrow{side}", "Enter"] for side in ("Down", "Up"))
    return [back, there] if control["at_end"] else [there, back, back]


def _changes(page, keys):
    """Press the keys, wait for the redraw to end; return whether there is another picture now."""
    for key in keys:
        page.keyboard.press(key)
    for pause in (0, 200):  # a drop-down may tell of its new value a little later
        page.wait_for_timeout(pause)
        ask_kernel(page, "from course.view.explore import BACKGROUND", REDRAWN)
        if page.evaluate("window.changed()"):
            return True
    return False


def darken(page):
    """Choose JupyterLab's dark theme."""
    page.evaluate(
        "jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
    )
    page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")


def look_into_pictures(page):
    """Return (pictures, problems) of picture_text.problems, asked for in the notebook's kernel."""
    code = "from tests import picture_text"
    return ask_kernel(page, code, "picture_text.problems(architecture=architecture)")


def ask_kernel(page, code, expression):
    """Run the code in the notebook's kernel, unseen; return the value of the expression then."""
    reply = page.evaluate(
        """async ([code, asked]) => {
            const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            const options = {code, silent: true, user_expressions: {asked}};
            return (await kernel.requestExecute(options).done).content.user_expressions.asked; }""",
        [code, expression],
    )
    if reply["status"] != "ok":
        raise RuntimeError(f"{reply['ename']}: {reply['evalue']}")
    return literal_eval(reply["data"]["text/plain"])
