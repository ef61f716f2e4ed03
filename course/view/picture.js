// Shows a Picture: an <svg> for each panel, made once, and in each the part that moves.
const LEAST = 0.96;  // of a panel's size: with less, its text would be below 9 points
const NARROW = 1.8;  // where there is less room than that: by how much its text may grow in it
const EDGE = 40;  // points: room at both sides for text that is twice as large
const ABOVE = 9;  // points: the same above the panel, for its title
const HANDLE = 30;  // points between two entries of a legend, for the handle of the second

function render({ model, el }) {
  const panels = [];
  let narrow = null;  // what is shown instead where there is no room for the first panel
  el.setAttribute("role", "img");

  function makePanel([left, top, width, height, row], background) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const [wide, high] = [(width * 100) / 72, (height * 100) / 72];  // pixels
    const least = LEAST * wide;
    svg.setAttribute("preserveAspectRatio", "xMinYMin");
    // as large as there is room for
    svg.style.cssText = row
      ? `flex: 1 0 100%; min-width: ${least / NARROW}px; height: ${1.1 * high}px`
      : `flex: 1 0 max(${least / NARROW}px, min(100%, ${least}px)); max-width: ${1.25 * wide}px;
         max-height: max(${LEAST * high}px, 62vh)`;
    svg.innerHTML = `<g>${background}</g><g></g>`;
    el.append(svg);
    const panel = { svg, least, fit, moving: svg.lastElementChild, shown: "" };
    function fit(room) {
      const grow = Math.min(NARROW, Math.max(1, least / room)), spare = EDGE * (grow - 1);
      const wider = width + 2 * spare, over = ABOVE * (grow - 1);
      svg.setAttribute("viewBox", `${left - spare} ${top - over} ${wider} ${height + over}`);
      panel.grow = (grow * wider) / width;
      svg.style.fontSize = `${10 * panel.grow}px`;  // texts are given in em
    }
    fit(Infinity);
    return panel;
  }

  function makePanels() {
    const backgrounds = model.get("background");
    panels.push(...model.get("frames").map((frame, i) => makePanel(frame, backgrounds[i])));
    if (model.get("narrow").length) narrow = makePanel(...model.get("narrow"));
  }

  function redraw() {
    if (!panels.length) {
      makePanels();
      fit();
    }
    model.get("moving").forEach((svg, i) => {
      if (svg !== panels[i].shown) panels[i].moving.innerHTML = panels[i].shown = svg;
    });
    squeeze();
    el.setAttribute("aria-label", model.get("label"));
  }

  function squeeze() {
    for (const text of el.querySelectorAll("text:is([textLength], [dy])"))
      for (const name of ["textLength", "dy"]) text.removeAttribute(name);
    for (const { svg, grow } of [...panels, ...(narrow ? [narrow] : [])])
      if (grow > 1) settle(svg, grow);
  }

  function fit() {
    const room = el.clientWidth;
    if (!room || !panels.length) return;
    const small = narrow && room < panels[0].least;
    for (const panel of [...panels, ...(narrow ? [narrow] : [])]) {
      if (narrow) panel.svg.style.display = (panel === narrow) === small ? "" : "none";
      panel.fit(room);
    }
    squeeze();
    const scrolls = el.scrollWidth > el.clientWidth + 1;
    el.classList.toggle("scrolls", scrolls);
    el.tabIndex = scrolls ? 0 : -1;  // what scrolls must be in reach of the keyboard
  }

  redraw();
  const gone = helpControls(el), resized = new ResizeObserver(fit);
  resized.observe(el);
  model.on("change:moving change:label", redraw);
  return () => {
    resized.disconnect();
    gone();
  };
}

// Keep text that has grown apart from other text, within its panel and within a box around it: set
// its letters closer, and move the labels of vertical axes away from the numbers.
function settle(svg, grow) {
  const { x, y, width, height } = svg.viewBox.baseVal, floor = Math.min(0.7, 1 / grow);
  const texts = [...svg.querySelectorAll("text")].map(measured).filter((each) => each);
  const starts = ({ from, share, wide, scale }) => from + share * wide * (1 - scale);
  const closer = (text, share) => {  // by a share of its width
    text.scale = Math.min(text.scale, Math.max(floor, 1 - share));
  };
  for (const one of texts) {
    const end = one.from + one.wide;
    const [low, high] = one.turned ? [-y - height, -y] : [x, x + width];
    closer(one, (Math.max(low - one.from, end - high) * (one.share === 0.5 ? 2 : 1)) / one.wide);
    for (const next of texts) {
      const same = Math.min(one.below, next.below) - Math.max(one.above, next.above);
      if (one.turned !== next.turned || one.from >= next.from || same < 0.4 * one.high) continue;
      const over = end + (one.share + next.share ? 3 : HANDLE) - next.from;
      const room = (1 - one.share) * one.wide + next.share * next.wide;
      if (one.share < 1) closer(one, over / room);
      if (next.share > 0) closer(next, over / room);
    }
  }
  const boxes = [...svg.querySelectorAll("path")].map((path) => path.getBBox());
  for (const one of texts.filter(({ share, turned }) => share === 0.5 && !turned))
    for (const box of boxes) {
      const aside = Math.abs(box.x + box.width / 2 - one.from - one.wide / 2);
      if (aside < 2 && box.width > one.wide / grow && box.y < one.above
        && box.y + box.height > one.below) closer(one, 1 - (box.width - 5) / one.wide);
    }
  for (const label of texts.filter(({ turned }) => turned)) {
    const [start, end] = [-label.from - label.wide, -label.from];
    const near = texts.filter((each) => !each.turned && each.above < end && each.below > start
      && starts(each) > label.above - label.high / 2 && starts(each) < label.below + 1);
    const over = (each) => label.below + 1 - starts(each);
    const shift = Math.min(Math.max(0, ...near.map(over)), label.above - x);
    if (shift > 0) label.text.setAttribute("dy", -shift);
    for (const each of near.filter(({ share }) => share))
      closer(each, (over(each) - shift) / (each.share * each.wide));
  }
  for (const { text, wide, scale } of texts) if (scale < 1) {
    text.setAttribute("textLength", scale * wide);
    text.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }
}

// Where a text is: from where, and how wide, along its line; above and below: between what its line
// is; share: how much of it is before the place that it is held at.
function measured(text) {
  const { x, y, width, height } = text.getBBox(), turned = text.hasAttribute("transform");
  const [right, down] = turned ? ["x", "y"].map((name) => +text.getAttribute(name)) : [0, 0];
  if (!width || (turned && !text.getAttribute("transform").startsWith("rotate(-90"))) return null;
  const above = (turned ? y - down + right : y) + 0.1 * height, high = 0.8 * height;
  const share = { middle: 0.5, end: 1 }[getComputedStyle(text).textAnchor] ?? 0;
  return { text, turned, share, scale: 1, wide: width, high, above, below: above + high,
    from: x - right - down };
}

// Let the arrow keys move the controls next to the picture, which in Notebook 7 would choose another
// cell. Let 1,000 be typed as a slider's value, which ipywidgets would take for 1, and let it count
// without Enter, too.
function helpControls(el) {
  const gone = new AbortController();
  const options = { capture: true, signal: gone.signal };  // before Jupyter and ipywidgets
  const isMine = (target, what) => target instanceof Element && target.matches(what)
    && el.closest(".explore")?.contains(target);
  window.addEventListener("keydown", ({ target, key }) => {
    if (isMine(target, ".noUi-handle, select"))
      target.toggleAttribute("data-lm-suppress-shortcuts", key.startsWith("Arrow"));
    if (isMine(target, ".widget-readout") && key === "Enter")
      target.textContent = target.textContent.replace(/,(?=\d{3}(?!\d))/g, "");
  }, options);
  let typed = null;  // the value that has been typed into and not been left yet
  window.addEventListener("input", ({ target }) => { typed = target; }, options);
  window.addEventListener("blur", ({ target }) => {
    if (target !== typed || !isMine(target, ".widget-readout")) return;
    typed = null;
    target.setAttribute("data-lm-suppress-shortcuts", "");  // else Jupyter begins to edit the cell
    target.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 13, bubbles: true }));
    target.removeAttribute("data-lm-suppress-shortcuts");
  }, options);
  return () => gone.abort();
}
export default { render };
