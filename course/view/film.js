// Plays a film: actors that move over a still scene, in one lane or two, on one clock.
//
// It knows no caches and no queues. A reel (course/view/reel.py) says who is where, and when:
// for actor a of a lane, its keyframes are first[a] … first[a + 1] − 1 of the arrays time, x, y,
// size, ring and state. Between two keyframes it moves in a straight line.

const KINDS = { first: Uint32Array, state: Uint8Array };
const COLUMNS = ["first", "time", "x", "y", "size", "ring", "state"];
const STILLS = 6;
const READABLE = 5; // pixels: the size of a tile that still holds its label
const NEAR = 8; // lines of code that are shown before and after the one that decided

function arrayOf(view, kind) {
  const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  return new (kind || Float32Array)(bytes);
}

function make(tag, options = {}, ...children) {
  const { className, text, label, on = {}, ...attributes } = options;
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  if (label) { element.title = label; element.setAttribute("aria-label", label); }
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const [name, action] of Object.entries(on)) element.addEventListener(name, action);
  element.append(...children);
  return element;
}

// How each shape is added to a path: around (x, y), with radius r.
const SHAPES = {
  disc(path, x, y, r) { path.moveTo(x + r, y); path.arc(x, y, r, 0, 7); },
  square(path, x, y, r) { path.rect(x - r, y - r, 2 * r, 2 * r); },
  tile(path, x, y, r) { path.roundRect(x - 1.5 * r, y - r, 3 * r, 2 * r, 3); },
  diamond(path, x, y, r) {
    path.moveTo(x, y - r); path.lineTo(x + r, y); path.lineTo(x, y + r); path.lineTo(x - r, y);
    path.closePath();
  },
  triangle(path, x, y, r) {
    path.moveTo(x, y - r); path.lineTo(x + r, y + 0.8 * r); path.lineTo(x - r, y + 0.8 * r);
    path.closePath();
  },
  ring(path, x, y, r) { SHAPES.disc(path, x, y, 0.8 * r); },
  cross(path, x, y, r) {
    path.moveTo(x - r, y - r); path.lineTo(x + r, y + r);
    path.moveTo(x + r, y - r); path.lineTo(x - r, y + r);
  },
  tick(path, x, y, r) { path.moveTo(x, y - r); path.lineTo(x, y + r); },
};
const STROKED = new Set(["ring", "cross", "tick"]);

// Return the contrast of two colours "rgb(…)", from 1 to 21 (WCAG 2.2). An element that is not in
// the page yet has none, "": it is asked again when it is painted there.
function contrast(one, other) {
  const [low, high] = [one, other].map((colour) => {
    const shares = (colour.match(/[\d.]+/g) || [0, 0, 0]).slice(0, 3).map((value) => value / 255);
    const [r, g, b] = shares.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  }).sort((a, b) => a - b);
  return high / low;
}

// The actors of one lane: where each of them is at a time.
class Cast {
  constructor(lane) {
    for (const name of COLUMNS) this[name] = arrayOf(lane[name], KINDS[name]);
    this.count = this.first.length - 1;
    this.latest = this.first.slice(0, this.count); // of each actor, the last keyframe found
    Object.assign(this, { labels: lane.labels, tellers: lane.tellers });
  }

  // Return the keyframe that `actor` is at or past at `now`; −1 when it is off the stage.
  find(actor, now) {
    const [first, end] = [this.first[actor], this.first[actor + 1]];
    if (first === end || now < this.time[first] || now > this.time[end - 1]) return -1;
    let k = this.latest[actor];
    if (this.time[k] > now) k = first;
    while (k + 1 < end && this.time[k + 1] <= now) k++;
    this.latest[actor] = k;
    return k;
  }

  // Call `see(actor, x, y, size, ring, state)` for every actor on the stage.
  forEach(now, see) {
    const { time, x, y, size, ring } = this;
    for (let actor = 0; actor < this.count; actor++) {
      const k = this.find(actor, now);
      if (k < 0) continue;
      const next = k + 1 < this.first[actor + 1] ? k + 1 : k;
      const share = next > k ? (now - time[k]) / (time[next] - time[k]) : 0;
      const between = (column) => column[k] + share * (column[next] - column[k]);
      see(actor, between(x), between(y), between(size), between(ring), this.state[k]);
    }
  }
}

// The scene with the actors before it: once for each lane, and for each of the stills.
class Stage {
  constructor(reel, lane, cast, look) {
    Object.assign(this, { states: reel.states, cast, look, chosen: -1 });
    const scene = reel.scenes[lane.scene];
    this.width = scene.width;
    this.height = scene.height;
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.element = make("div", { className: "film-stage" });
    this.element.style.aspectRatio = `${scene.width} / ${scene.height}`;
    this.element.innerHTML = `<svg viewBox="${scene.box}" font-size="10" aria-hidden="true">${scene.svg}</svg>`;
    this.element.append(this.canvas);
  }

  // Paint the actors as they are at `now`.
  paint(now) {
    const wide = this.element.clientWidth;
    const sharp = window.devicePixelRatio || 1;
    const [width, height] = [wide * sharp, (wide * this.height * sharp) / this.width].map(Math.round);
    const { canvas } = this;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d");
    const scale = width / this.width;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    const paths = this.states.map(() => new Path2D());
    const words = [];
    const rings = new Path2D();
    const chosen = []; // with all that tell the same story
    const teller = this.cast.tellers[this.chosen];
    this.cast.forEach(now, (actor, x, y, size, ring, state) => {
      const shape = this.states[state][2];
      SHAPES[shape](paths[state], x, y, size);
      if (ring > 0) {
        const r = (shape === "tile" ? 1.6 : 1) * size + 3; // around its corners
        rings.moveTo(x, y - r);
        rings.arc(x, y, r, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * Math.min(1, ring));
      }
      const label = this.cast.labels[actor];
      const isTooSmall = shape === "tile" && size < READABLE;
      if (label && !isTooSmall) words.push([label, x, y, size + (ring > 0 ? 6 : 3), shape, state]);
      if (this.cast.tellers[actor] === teller) chosen.push([x, y, size]);
    });
    const { colours, inside, ink, font } = this.look;
    pen.lineWidth = 2;
    paths.forEach((path, state) => {
      pen.fillStyle = pen.strokeStyle = colours[state];
      if (STROKED.has(this.states[state][2])) pen.stroke(path);
      else pen.fill(path);
    });
    pen.strokeStyle = ink;
    pen.lineWidth = 1.6;
    pen.stroke(rings);
    pen.textBaseline = "middle";
    pen.font = `${Math.max(11, (11 * this.width) / Math.max(wide, 1))}px ${font}`;
    for (const [label, x, y, aside, shape, state] of words) {
      const within = shape === "tile";
      pen.textAlign = within ? "center" : "left";
      pen.fillStyle = within ? inside[state] : ink;
      pen.fillText(label, within ? x : x + aside, y + 0.5);
    }
    pen.strokeStyle = ink;
    pen.lineWidth = 2;
    for (const [x, y, size] of chosen) {
      pen.beginPath();
      pen.arc(x, y, size + 6, 0, 7);
      pen.stroke();
    }
  }

  // Return the actor that is nearest to a place on the screen, −1 if none is within 16 pixels.
  at(clientX, clientY, now) {
    const box = this.canvas.getBoundingClientRect();
    const scale = this.width / box.width;
    const [px, py] = [(clientX - box.left) * scale, (clientY - box.top) * scale];
    let [found, nearest] = [-1, 16 * scale];
    this.cast.forEach(now, (actor, x, y, size) => {
      const distance = Math.max(0, Math.hypot(px - x, py - y) - size);
      if (distance < nearest) [found, nearest] = [actor, distance];
    });
    return found;
  }
}

class Player {
  constructor(element, reel, actions, press, ask) {
    Object.assign(this, { element, reel, now: reel.start, playing: false, seen: false, speed: 1 });
    Object.assign(this, { ask, told: null }); // the stories come when one is asked for
    this.tells = reel.lanes.map((lane) => arrayOf(lane.tells, Uint8Array));
    this.frames = 0; // painted so far
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.look = {};
    this.casts = reel.lanes.map((lane) => new Cast(lane));
    this.stages = reel.lanes.map((lane, i) => new Stage(reel, lane, this.casts[i], this.look));
    this.chosen = null; // [lane, actor]
    this.moments = this.findMoments();
    this.build(actions, press);
    this.readLook();
  }

  // Return the times at which something happens that a story or a caption tells, ascending.
  findMoments() {
    const times = this.reel.captions.map(([time]) => time);
    for (const { events } of this.reel.lanes) times.push(...arrayOf(events, Float64Array));
    return [...new Set(times)].sort((a, b) => a - b);
  }

  build(actions, press) {
    const { reel } = this;
    const button = (text, label, action) =>
      make("button", { type: "button", text, label, on: { click: action } });
    this.counters = reel.lanes.map(() => make("p", { className: "film-counters" }));
    const lanes = reel.lanes.map((lane, i) => {
      const stage = this.stages[i].element;
      stage.addEventListener("click", (event) => {
        const actor = this.stages[i].at(event.clientX, event.clientY, this.now);
        if (actor >= 0) this.choose(i, actor);
      });
      const width = reel.scenes[lane.scene].width;
      const box = make("div", { className: "film-lane", role: "group", label: lane.title },
        make("p", { className: "film-title", text: lane.title }), stage, this.counters[i]);
      box.removeAttribute("title");
      box.style.cssText = `flex: 1 1 ${Math.min(width, 380)}px; max-width: ${1.4 * width}px`;
      return box;
    });
    this.playButton = button("▸", "Play", () => (this.playing ? this.pause() : this.play()));
    this.bar = make("input", {
      type: "range", label: "Time", min: reel.start, max: reel.end,
      step: (reel.end - reel.start) / 1000, on: { input: () => this.seek(Number(this.bar.value)) },
    });
    this.clock = make("output", { className: "film-clock" });
    this.speedBar = make("input", {
      type: "range", label: "Speed", className: "film-speed", min: -1, max: 2, step: 0.1, value: 0,
      on: { input: () => this.setSpeed(10 ** Number(this.speedBar.value)) },
    });
    this.speedShown = make("output", { text: "1 ×" });
    const controls = make("div", { className: "film-controls" },
      this.playButton,
      button("|◂", "Step to the event before", () => this.step(-1)),
      button("▸|", "Step to the next event", () => this.step(1)),
      this.bar, this.clock, make("span", { className: "film-group" }, this.speedBar, this.speedShown),
      ...reel.marks.map(([name, time, lane, actor]) => make("button", {
        type: "button", text: `Go to ${name}`,
        on: { click: () => { this.pause(); this.seek(time); this.choose(lane, actor); } },
      })),
      ...actions.map(([name, text]) => make("button", {
        type: "button", className: "film-action", text, on: { click: () => press(name, this.now) },
      })));
    const legend = make("p", { className: "film-legend" }, ...reel.states.map(([name, colour, shape]) => {
      const path = { tile: "M1 3h12v8H1z", square: "M3 3h8v8H3z", diamond: "M7 1l6 6-6 6-6-6z",
        triangle: "M7 2l6 10H1z", cross: "M2 2l10 10M12 2L2 12", tick: "M7 1v12" }[shape]
        || "M2 7a5 5 0 1 0 10 0a5 5 0 1 0-10 0";
      const key = make("span");
      const look = STROKED.has(shape) ? `fill:none;stroke:${colour};stroke-width:2` : `fill:${colour}`;
      key.innerHTML = `<svg width="14" height="14" aria-hidden="true"><path d="${path}" style="${look}"/></svg>`;
      key.append(name);
      return key;
    }));
    this.caption = make("p", { className: "film-caption", role: "status" });
    this.story = make("section", { className: "film-story", "aria-live": "polite" });
    this.twin = make("details", { on: { toggle: () => this.fillTwin() } },
      make("summary", { text: "The film in words" }));
    this.strip = make("div", { className: "film-strip" });
    this.picker = reel.lanes.map((lane, i) => make("span", { className: "film-group" },
      button("◂", `The one before, ${lane.title}`, () => this.next(i, -1)),
      make("span", { text: lane.title }),
      button("▸", `The next one, ${lane.title}`, () => this.next(i, 1))));
    const choose = make("p", { className: "film-picker" },
      make("span", { text: "Click on one for its story, or step through them. Keys: space, ← →, Enter." }), ...this.picker);
    this.element.replaceChildren(make("div", { className: "film-lanes" }, ...lanes), legend,
      controls, this.caption, this.strip, choose, this.story, this.twin);
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", `Film: ${reel.lanes.map((l) => l.title).join(", ")}`);
  }

  // Read the colours of the page's theme, which a canvas cannot take from a style sheet.
  readLook() {
    const probe = this.element.appendChild(document.createElement("i"));
    const resolve = (colour) => { probe.style.color = colour; return getComputedStyle(probe).color; };
    const [black, white] = ["var(--c-000000)", "var(--c-ffffff)"].map(resolve);
    const colours = this.reel.states.map(([, colour]) => resolve(colour));
    Object.assign(this.look, {
      colours,
      inside: colours.map((c) => (contrast(c, black) > contrast(c, white) ? black : white)),
      ink: resolve("var(--c-222222)"),
      font: getComputedStyle(this.element).fontFamily,
    });
    probe.remove();
  }

  repaint() {
    this.readLook();
    this.paint();
    if (this.calm) this.fillStrip();
  }

  paint() {
    this.frames++;
    for (const stage of this.stages) stage.paint(this.now);
    this.bar.value = this.now;
    const time = this.written(this.now);
    if (this.clock.textContent !== time) {
      this.clock.textContent = time;
      this.bar.setAttribute("aria-valuetext", time);
    }
    this.reel.lanes.forEach((lane, i) => {
      const text = lane.counters.map(([name, times, values]) => {
        let k = times.length - 1;
        while (k >= 0 && times[k] > this.now) k--;
        const value = k < 0 ? 0 : values[k];
        return `${name} ${typeof value === "number" ? value.toLocaleString("en") : value}`;
      }).join(" · ");
      if (this.counters[i].textContent !== text) this.counters[i].textContent = text;
    });
    const words = this.reel.captions.reduce((said, [time, each]) => (time <= this.now ? each : said), "");
    if (this.caption.textContent !== words) this.caption.textContent = words;
  }

  written(time) {
    const [divisor, unit] = this.reel.clock;
    if (unit === "h:mm") {
      const minutes = Math.floor((time + 0.01) / 60);
      return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
    }
    if (unit === "calls") return `${Math.floor(time)} ${unit}`;
    const digits = (this.reel.end - this.reel.start) / divisor < 10 ? 2 : 1;
    return `${(time / divisor).toFixed(digits)} ${unit}`.replace("-", "−");
  }

  // Play goes on from where it was; from the start if it was at the end.
  play() {
    if (this.now >= this.reel.end) this.now = this.reel.start;
    this.playing = true;
    this.showPlaying();
    this.run();
  }

  pause() {
    this.playing = false;
    this.showPlaying();
  }

  showPlaying() {
    this.playButton.textContent = this.playing ? "❚❚" : "▸";
    const label = this.playing ? "Pause" : "Play";
    this.playButton.title = label;
    this.playButton.setAttribute("aria-label", label);
  }

  // Ask for frames only while the film plays and can be seen.
  run() {
    if (this.ticking || !this.playing || !this.seen) return;
    this.ticking = true;
    let before = performance.now();
    const tick = (at) => {
      this.ticking = this.playing && this.seen && this.element.isConnected;
      if (!this.ticking) return;
      const passed = Math.max(0, Math.min(at - before, 100)) / 1000;
      before = at;
      this.now = Math.min(this.reel.end, this.now + passed * this.reel.rate * this.speed);
      this.paint();
      if (this.now >= this.reel.end) this.pause();
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  seek(time) {
    this.now = Math.min(this.reel.end, Math.max(this.reel.start, time));
    this.paint();
  }

  step(direction) {
    this.pause();
    const small = 1e-9 * Math.max(1, this.reel.end);
    const later = this.moments.filter((time) => direction * (time - this.now) > small);
    if (later.length) this.seek(direction > 0 ? later[0] : later[later.length - 1]);
  }

  setSpeed(speed) {
    this.speed = speed;
    this.speedBar.value = Math.log10(speed);
    this.speedShown.textContent = `${Number(speed.toPrecision(2))} ×`;
  }

  // Choose the next actor of a lane that is on the stage now; before any choice, the first one.
  next(lane, direction) {
    const present = [];
    this.casts[lane].forEach(this.now, (actor) => {
      if (this.tells[lane][actor]) present.push(actor);
    });
    if (!present.length) return;
    const [chosenLane, actor] = this.chosen || [-1, -1];
    const place = chosenLane === lane ? present.indexOf(actor) : -1;
    const next = place < 0 ? (direction > 0 ? 0 : present.length - 1) : place + direction;
    this.choose(lane, present[(next + present.length) % present.length]);
  }

  choose(lane, actor) {
    this.chosen = [lane, actor];
    this.stages.forEach((stage, i) => { stage.chosen = i === lane ? actor : -1; });
    this.paint();
    this.story.replaceChildren(...this.storyOf(lane, actor));
  }

  // Take the stories, and tell what a reader waits for.
  learn(told) {
    this.told = told.lanes ? told : null;
    if (!this.told) return;
    if (this.chosen) this.choose(...this.chosen);
    this.fillTwin();
  }

  // Return the elements that tell an actor's story.
  storyOf(lane, actor) {
    if (!this.told) {
      this.ask();
      return [make("p", { text: "… If no story comes, its kernel is gone: run the cell again." })];
    }
    const { names, tellers, title } = this.reel.lanes[lane];
    const stories = this.told.lanes[lane];
    const teller = tellers[actor];
    const list = make("ol");
    const parts = [make("p", { className: "film-title", text: `${names[teller]} · ${title}` }), list];
    const marked = new Map(); // of each listing, the lines that decided
    for (const [time, words, listing, line] of stories[teller]) {
      list.append(make("li", {}, make("b", { text: this.written(time) }), ` ${words}`));
      if (listing >= 0) marked.set(listing, [...(marked.get(listing) || []), line]);
    }
    for (const [listing, lines] of marked) parts.push(this.listed(listing, lines));
    for (const [, , , , cell] of stories[teller]) if (cell) parts.push(this.copyButton(cell));
    return parts;
  }

  // Return some lines of the student's code, with those that decided marked.
  listed(listing, decided) {
    const [title, first, lines] = this.told.listings[listing];
    const numbers = [...new Set(decided)].map((line) => line - first + 1).join(", ");
    const code = make("pre", { tabindex: 0, label: `${title}, line ${numbers} marked` });
    code.removeAttribute("title");
    lines.forEach((text, i) => {
      const apart = Math.min(...decided.map((line) => Math.abs(first + i - line)));
      if (i > 0 && apart > NEAR) { // of a long function, what is around the lines
        if (apart === NEAR + 1) code.append("    …\n");
        return;
      }
      code.append(make(apart ? "span" : "mark", { text: text || " " }), "\n");
    });
    return code;
  }

  copyButton(cell) {
    const button = make("button", { type: "button", text: "Copy this call as a cell" });
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(cell);
        button.textContent = "Copied: paste it into an empty cell";
      } catch { // no permission: show it, selected
        const text = make("textarea", { rows: cell.split("\n").length, label: "The call" });
        text.value = cell;
        button.replaceWith(text);
        text.select();
      }
    });
    return button;
  }

  // Say what happens, as text: the captions, the counters at the end, and all stories.
  fillTwin() {
    if (!this.twin.open || this.twin.children.length > 1) return;
    if (!this.told) return this.ask();
    const events = [];
    this.reel.captions.forEach(([time, words]) => events.push([time, "", words]));
    this.reel.lanes.forEach(({ names, title }, i) =>
      this.told.lanes[i].forEach((story, actor) => story.forEach(([time, words]) =>
        events.push([time, `${title}, ${names[actor]}`, words]))));
    events.sort((a, b) => a[0] - b[0]);
    const cells = (tag, row) => make("tr", {}, ...row.map((text) => make(tag, { text })));
    const most = 500;
    const body = events.slice(0, most).map(([time, ...rest]) => cells("td", [this.written(time), ...rest]));
    const table = make("table", {}, make("thead", {}, cells("th", ["when", "who", "what"])),
      make("tbody", {}, ...body));
    const more = events.length > most ? `The first ${most} of ${events.length} events.` : "";
    const ends = this.reel.lanes.map(({ title, counters }) =>
      `${title}, at the end: ${counters.map(([name, , values]) => `${name} ${values.at(-1) ?? 0}`).join(", ")}.`);
    this.twin.append(make("p", { text: [...ends, more].join(" ") }),
      make("div", { className: "film-table", tabindex: 0, role: "group", "aria-label": "Events" }, table));
  }

  // For whom motion is unpleasant: six stills in place of it.
  fillStrip() {
    const stills = [];
    this.strip.replaceChildren();
    this.reel.lanes.forEach((lane, i) => {
      for (let n = 0; n < STILLS; n++) {
        const time = this.reel.start + ((n + 0.5) / STILLS) * (this.reel.end - this.reel.start);
        const stage = new Stage(this.reel, lane, new Cast(lane), this.look);
        stills.push([stage, time]);
        this.strip.append(make("figure", {}, stage.element,
          make("figcaption", { text: `${lane.title}, ${this.written(time)}` })));
      }
    });
    for (const [stage, time] of stills) stage.paint(time);
  }
}

function render({ model, el }) {
  const element = el.appendChild(make("div", { className: "film", tabindex: 0,
    "data-lm-suppress-shortcuts": "true" }));
  let player;

  function show() {
    const before = player;
    const reel = model.get("reel");
    element.hidden = !reel.lanes;
    if (element.hidden) return;
    player = new Player(element, reel, model.get("actions"),
      (name, at) => model.send({ name, at }), () => model.send({ name: "told" }));
    player.learn(model.get("told"));
    element.player = player; // for tests
    if (before) {
      before.pause();
      Object.assign(player, { now: Math.min(before.now, reel.end), seen: before.seen });
      player.setSpeed(before.speed);
    }
    // A film that was seen to its end, and is longer now, goes on.
    const longer = before && before.now >= before.reel.end && reel.end > before.reel.end;
    if (longer && player.calm) player.now = reel.end;
    player.repaint();
    if (before ? before.wasPlaying || (longer && !player.calm) : !player.calm) player.play();
    if (player.calm) { player.twin.open = true; }
  }

  element.addEventListener("keydown", (event) => {
    if (event.target !== element || event.altKey || event.ctrlKey || event.metaKey) return;
    const act = {
      " ": () => (player.playing ? player.pause() : player.play()),
      ArrowRight: () => player.step(1),
      ArrowLeft: () => player.step(-1),
      Home: () => player.seek(player.reel.start),
      End: () => player.seek(player.reel.end),
      Enter: () => player.next(0, 1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
  const sight = new IntersectionObserver(([entry]) => {
    if (!player) return;
    player.seen = entry.isIntersecting && !document.hidden;
    player.run();
  });
  sight.observe(element);
  const size = new ResizeObserver(() => player && player.repaint());
  size.observe(element);
  const theme = new MutationObserver(() => player && player.repaint());
  theme.observe(document.body, { attributes: true });
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const recolour = () => player && player.repaint();
  dark.addEventListener("change", recolour);
  show();
  model.on("change:told", () => player && player.learn(model.get("told")));
  model.on("change:reel", () => { if (player) player.wasPlaying = player.playing; show(); });
  return () => {
    [sight, size, theme].forEach((observer) => observer.disconnect());
    dark.removeEventListener("change", recolour);
    if (player) player.pause();
  };
}
export default { render };
