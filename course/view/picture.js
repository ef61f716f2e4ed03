// Shows a Picture: an <svg> for each panel, made once, and in each the part that moves.
const LEAST = 0.96;  // of a panel's size: with less, its text would be below 9 points
const NARROW = 1.8;  // where there is less room than that: by how much its text may grow in it
const EDGE = 40;  // points: room at both sides for text that is twice as large

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
    function fit(room) {
      const grow = Math.min(NARROW, Math.max(1, least / room)), spare = EDGE * (grow - 1);
      const wider = width + 2 * spare;
      svg.setAttribute("viewBox", `${left - spare} ${top} ${wider} ${height}`);
      svg.style.fontSize = `${(10 * grow * wider) / width}px`;  // texts are given in em
      svg.classList.toggle("grown", grow > 1);
    }
    fit(Infinity);
    return { svg, least, fit, moving: svg.lastElementChild, shown: "" };
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

  // Set the letters of text that has grown beyond its panel a little closer.
  function squeeze() {
    for (const text of el.querySelectorAll("svg.grown text:not([transform])")) {
      text.removeAttribute("textLength");
      const { x, width } = text.getBBox(), { viewBox } = text.ownerSVGElement;
      const [left, right] = [viewBox.baseVal.x, viewBox.baseVal.x + viewBox.baseVal.width];
      const out = Math.max(left - x, x + width - right);
      if (out <= 0 || !width) continue;
      const middle = getComputedStyle(text).textAnchor === "middle";
      text.setAttribute("textLength", Math.max(width - out * (middle ? 2 : 1), 0.7 * width));
      text.setAttribute("lengthAdjust", "spacingAndGlyphs");
    }
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
