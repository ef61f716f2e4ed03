// Shows a Picture: an <svg> for each panel, made once, and in each the part that moves.
function render({ model, el }) {
  const moving = [];
  el.setAttribute("role", "img");

  function makePanels() {
    model.get("frames").forEach(([left, top, width, height, row], i) => {
      const panel = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const [wide, high] = [(width * 100) / 72, (height * 100) / 72];  // pixels
      panel.setAttribute("viewBox", `${left} ${top} ${width} ${height}`);
      panel.setAttribute("preserveAspectRatio", "xMinYMin");
      // as large as there is room for, and never so small that its text is below 9 points
      panel.style.cssText = row
        ? `flex: 1 0 100%; min-width: ${0.96 * wide}px; height: ${1.1 * high}px`
        : `flex: 1 0 ${0.96 * wide}px; max-width: ${1.25 * wide}px;
           max-height: max(${0.96 * high}px, 62vh)`;
      panel.innerHTML = `<g>${model.get("background")[i]}</g><g></g>`;
      moving.push(panel.lastElementChild);
      el.append(panel);
    });
  }

  function redraw() {
    if (!moving.length) makePanels();
    model.get("moving").forEach((svg, i) => { moving[i].innerHTML = svg; });
    el.setAttribute("aria-label", model.get("label"));
  }

  redraw();
  const gone = helpControls(el);
  // what scrolls must be in reach of the keyboard
  new ResizeObserver(() => { el.tabIndex = el.scrollWidth > el.clientWidth ? 0 : -1; }).observe(el);
  model.on("change:moving change:label", redraw);
  return gone;
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
