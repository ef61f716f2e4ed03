"use strict";

// Every address here is relative: the page may stand behind a proxy, under any path.
const ROWS = [
  ["resolver"], ["edge"], ["balancer"], ["web-1", "web-2", "web-3"],
  ["sessions", "cache", "primary", "queue"],
  ["replica-1", "replica-2", "worker-1", "worker-2"], ["metrics"],
];
const PHOTOS = [0, 1, 2, 3, 4, 5];
const EVERY = 700;  // ms
const LOOK_AGAIN = 3000;  // ms, at photos and likes
const at = id => document.getElementById(id);
const number = value => (value || 0).toLocaleString("en");
const ms = seconds => seconds == null ? "–" : `${(1000 * seconds).toLocaleString("en", {maximumFractionDigits: 1})} ms`;
const AVERAGED = 4;  // looks, over which a rate is taken
let looks = [], session = null, writes = 0, holding = false;

function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function act(what, value) {
  return fetch("do", {method: "POST", body: JSON.stringify({do: what, value})});
}

// ---- processes

function boxesOnce() {
  for (const names of ROWS) {
    const row = make("div", {className: "row"});
    for (const name of names) {
      const button = make("button", {type: "button"});
      button.addEventListener("click", () => act(button.dataset.does, name));
      row.append(make("div", {className: "box", id: `box-${name}`},
        make("div", {className: "top"}, make("b", {textContent: name}), button),
        make("div", {className: "chips"}), make("p", {className: "rate"}), make("p", {className: "fault"})));
    }
    at("boxes").append(row);
  }
}

function showBox(name, box, perSecond) {
  const element = at(`box-${name}`), button = element.querySelector("button");
  element.classList.toggle("dead", !box.alive);
  const does = box.alive ? "kill" : "restart";
  if (button.dataset.does !== does) {
    button.dataset.does = does;
    button.textContent = does === "kill" ? "Kill" : "Restart";
    button.ariaLabel = `${button.textContent} ${name}`;
  }
  const chips = element.querySelector(".chips");
  if (!chips.children.length) {
    for (const part of box.parts) {
      const whose = part.yours ? "yours" : "ours";
      chips.append(make("span", {className: `chip ${whose}`, title: part.why, textContent: `${part.name} · ${whose}`}));
    }
  }
  element.querySelector(".rate").textContent = box.alive ? `${number(perSecond)}/s · ${box.said}` : "dead";
  element.querySelector(".fault").textContent = box.fault || "";
}

function show(state) {
  const now = Date.now(), before = looks[0] || {at: now - EVERY, boxes: state.boxes};
  for (const [name, box] of Object.entries(state.boxes)) {
    const more = box.count - before.boxes[name].count;
    showBox(name, box, Math.round(1000 * more / (now - before.at)));
  }
  looks = [...looks.slice(1 - AVERAGED), {at: now, boxes: state.boxes}];
  const left = `${Math.floor(state.left / 60)}:${String(state.left % 60).padStart(2, "0")} left`;
  at("numbers").textContent = `${state.said} · ${left}`;
  if (!holding && state.users.rate !== undefined) showRate(state.users.rate);
  at("card").tBodies[0].replaceChildren(...state.card.map(line => {
    const whose = make("span", {className: `chip ${line.whose}`, textContent: line.whose});
    return make("tr", {}, make("th", {scope: "row", textContent: line.name}), make("td", {}, whose), make("td", {textContent: line.did}));
  }));
  const events = [...state.events].reverse().slice(0, 10);
  at("events").replaceChildren(...events.map(([time, what]) => make("li", {textContent: `${time} ${what}`})));
  at("tail").textContent = state.tail.join("\n");
}

function showRate(rate) {
  at("rate").value = rate;
  at("rate-said").textContent = `${at("rate").value} requests/s`;
}

async function look() {
  try {
    const answer = await fetch("state");
    const state = await answer.json();
    if (state.boxes) show(state);
  } catch {
    at("over").textContent = "The site has ended. Start it again in the notebook.";
    at("over").hidden = false;
    return;
  }
  setTimeout(look, EVERY);
}

// ---- photos

function photosOnce() {
  for (const photo of PHOTOS) {
    const like = make("button", {type: "button", textContent: "♥ Like", ariaLabel: `Like photo ${photo}`});
    const likes = make("span", {textContent: "…"});
    const image = make("img", {alt: `Photo ${photo}`});
    like.addEventListener("click", async () => {
      likes.textContent = "…";
      await site(`like/${photo}`, "POST", {id: `page-${Date.now()}-${writes++}`});
      showLikes(photo, likes);
    });
    at("photos").append(make("figure", {}, image, make("figcaption", {}, likes, like)));
    const again = () => {
      image.src = `site/photo/${photo}.svg?${Date.now()}`;
      showLikes(photo, likes);
    };
    again();
    setInterval(again, LOOK_AGAIN);
  }
}

async function site(path, method = "GET", query = {}) {
  for (let turn = 0; turn < 2; turn++) {
    if (session === null) {
      const answer = await fetch("site/login?user=you", {method: "POST"});
      if (answer.ok) session = (await answer.json()).session;
    }
    const words = new URLSearchParams({...query, session});
    const answer = await fetch(`site/${path}?${words}`, {method});
    if (answer.ok) return answer.json();
    if (answer.status !== 401) return null;
    session = null;  // log in again
  }
  return null;
}

async function showLikes(photo, where) {
  const page = await site(`page/${photo}`).catch(() => null);
  where.textContent = page ? `${number(page.likes)} like${page.likes === 1 ? "" : "s"}` : "no answer";
  where.title = page ? `answered by ${page.place}` : "";
}

at("rate").addEventListener("input", () => { holding = true; at("rate-said").textContent = `${at("rate").value} requests/s`; });
at("rate").addEventListener("change", async () => { await act("rate", Number(at("rate").value)); setTimeout(() => { holding = false; }, 2 * EVERY); });
boxesOnce();
photosOnce();
look();
