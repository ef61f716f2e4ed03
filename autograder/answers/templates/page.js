// One page, one question, one answer at a time. The gradebook is the truth: every answer is read
// when it is opened, and every grade is written when it is given.

const at = (id) => document.getElementById(id);
const token = (location.hash.slice(1) || sessionStorage.getItem("token")) ?? "";
sessionStorage.setItem("token", token); // a reload of this tab needs it again
history.replaceState(null, "", location.pathname);

let work; // the assignment and its questions
let question; // the one that is graded
let rows = []; // all its answers, without their texts
let order = []; // the ids of those that are shown, in order
let bank = []; // comments used before
let answer; // the one that is open
let draft; // what is entered for it: {points, comment, ticks, changed}
let picking = false; // a digit picks a comment, not an item
let busy = false; // an answer is being saved or opened
const undone = []; // grades that can be taken back, the last one at the end

// ---- the server

async function ask(path, body) {
  const headers = { Authorization: `Bearer ${token}` };
  const how = body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers };
  let reply;
  try {
    reply = await fetch(path, how);
  } catch {
    throw new Error("The command autograder answers has ended: what you saved is in the gradebook. Start it again to go on.");
  }
  const content = await reply.json();
  if (content.error) throw new Error(content.error);
  return content;
}

const here = (path) => `api/answers${path}?question=${encodeURIComponent(question.cell)}`;

async function readRows() {
  ({ answers: rows, comments: bank } = await ask(here("")));
}

function post(row, grade) {
  const grader = at("grader").value;
  return ask(here(`/${row.id}`), { grader, version: row.version, ...grade });
}

// ---- which answers, and where we are

const row = (id) => rows.find((one) => one.id === id);
const waiting = (one) => one.status === "waits";

function inPart(one) {
  const [part, parts] = at("part").value.split("/").map(Number);
  return parseInt(one.group.slice(0, 8), 16) % parts === part - 1;
}

function isShown(one) {
  const wanted = at("show").value;
  if (wanted === "written") return one.status !== "unanswered";
  if (wanted === "mine") return one.grader === at("grader").value;
  return one.status === wanted;
}

function chooseOrder() {
  order = rows.filter((one) => inPart(one) && isShown(one)).map((one) => one.id);
}

function nextWaiting() {
  const start = order.indexOf(answer?.id) + 1;
  const ids = [...order.slice(start), ...order.slice(0, start)];
  return ids.find((id) => id !== answer?.id && row(id) && waiting(row(id)));
}

// ---- what is shown

function say(text) {
  at("message").textContent = text;
  at("message").hidden = !text;
}

const pointsText = (points) => (points === null ? "" : String(points));

// The server has made harmless HTML of students' Markdown; links must not replace this page.
function showHtml(element, html) {
  element.innerHTML = html;
  for (const link of element.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
}

function showCount() {
  const mine = rows.filter((one) => inPart(one) && one.status !== "unanswered");
  const graded = mine.filter((one) => !waiting(one)).length;
  at("count").textContent = `${graded} of ${mine.length} graded`;
  at("progress").max = mine.length || 1;
  at("progress").value = graded;
}

function showGrade() {
  question.items.forEach((item, i) => {
    const button = at("items").children[i];
    const points = draft.ticks[i];
    button.ariaPressed = points === 0 ? "false" : points === item.points ? "true" : "mixed";
    button.querySelector(".got").textContent = points === 0 ? "–" : `+${points}`;
  });
  at("points").value = draft.points;
  at("comment").value = draft.comment;
  at("undo").disabled = !draft.changed && !undone.length;
}

function showAnswer() {
  const number = order.indexOf(answer.id) + 1;
  const place = number ? `Answer ${number} of ${order.length}` : "Another answer";
  const status = {
    waits: "waits for a grade",
    graded: answer.grader ? `graded by ${answer.grader}, ${new Date(answer.when).toLocaleString()}` : "graded",
    unanswered: "left empty: 0 points",
  }[answer.status];
  at("about").textContent = [place, at("names").checked ? answer.name : "", status].filter(Boolean).join(" · ");
  at("note").textContent = answer.note;
  at("note").hidden = !answer.note;
  showHtml(at("answer"), answer.text);
  showAlike();
  showBank();
  showGrade();
  showCount();
}

function showBank() {
  at("bank").replaceChildren(...bank.map((text) => {
    const entry = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.onclick = () => addComment(text);
    entry.append(button);
    return entry;
  }));
  at("bank-fold").hidden = !bank.length;
}

function showAlike() {
  const links = answer.alike.map(({ id, likeness, points }) => {
    const button = document.createElement("button");
    button.type = "button";
    const got = points === null ? "waits" : `${points} points`;
    button.textContent = `${Math.floor(100 * likeness)} % (${got})`;
    button.onclick = () => move(id);
    return button;
  });
  at("alike").replaceChildren("Much like: ", ...links.flatMap((one) => [one, " "]));
  at("alike").hidden = !links.length;
  const same = sameThatWait();
  at("same").hidden = !same.length;
  const they = same.length === 1 ? "1 other answer has the same words and waits." : `${same.length} other answers have the same words and wait.`;
  at("same").querySelector("span").textContent = they;
}

const sameThatWait = () =>
  rows.filter((one) => one.group === answer.group && one.id !== answer.id && waiting(one));

function showQuestion() {
  at("title").textContent = `${question.notebook} · ${question.title}`;
  document.title = `${question.title} · ${question.notebook}`;
  showHtml(at("text"), question.text);
  showHtml(at("notes"), question.notes);
  at("notes-fold").hidden = !question.notes;
  at("most").textContent = `of ${question.points}`;
  at("whole").hidden = !question.items.length;
  at("items").replaceChildren(...question.items.map((item, i) => {
    const button = document.createElement("button");
    button.type = "button";
    const key = document.createElement("kbd");
    key.textContent = i + 1;
    const words = document.createElement("span");
    words.className = "words";
    showHtml(words, item.text);
    const got = document.createElement("span");
    got.className = "got";
    button.append(key, words, got);
    button.onclick = () => tick(i);
    return button;
  }));
}

// ---- what is entered

function beginDraft() {
  const ticks = answer.ticks.length ? [...answer.ticks] : question.items.map(() => 0);
  draft = { points: pointsText(answer.points), comment: answer.comment, ticks, changed: false };
}

// What is pressed while the next answer is on its way would be for neither of the two.
function enter(part) {
  if (busy) return;
  Object.assign(draft, part, { changed: true });
  showGrade();
}

function tick(i) {
  const most = question.items[i].points;
  const next = { 0: most, [most]: most / 2 };
  const ticks = draft.ticks.with(i, next[draft.ticks[i]] ?? 0);
  const points = ticks.reduce((sum, one) => sum + one, 0);
  enter({ ticks, points: String(Math.min(points, question.points)) });
}

function tickAll(share) {
  const ticks = question.items.map((item) => share * item.points);
  enter({ ticks, points: String(share * question.points) });
}

function addComment(text) {
  enter({ comment: [draft.comment.trim(), text].filter(Boolean).join("\n") });
  pick(false);
}

function pick(on) {
  picking = on && bank.length > 0;
  at("bank-fold").open = picking; // a click opens it, too
}

// What is sent; an Error names points that are not a number.
function entered() {
  const text = draft.points.trim().replace(",", ".");
  const points = text === "" ? null : Number(text);
  if (Number.isNaN(points)) throw new Error(`points = ${draft.points}: write a number from 0 to ${question.points}.`);
  return { points, comment: draft.comment, ticks: draft.ticks };
}

// ---- moving and saving

async function open(id) {
  if (id === undefined) return;
  at("answer").classList.add("changing");
  answer = await ask(here(`/${id}`));
  Object.assign(row(id) ?? {}, answer);
  beginDraft();
  pick(false);
  showAnswer();
  at("answer").classList.remove("changing");
  document.activeElement.blur();
  window.scrollTo(0, 0);
}

// Return whether the answer on the screen is saved, or needs no saving.
async function save() {
  if (!draft.changed) return true;
  const grade = entered();
  const before = { points: answer.points, comment: answer.comment, ticks: answer.ticks };
  answer = await post(answer, grade);
  Object.assign(row(answer.id) ?? {}, answer);
  if (answer.changed) {
    showAnswer();
    say("This answer or its grade has changed since you opened it. What you entered is kept and not saved: look again, then save it, or undo it.");
    return false;
  }
  undone.push([{ question: question.cell, id: answer.id, version: answer.version, before }]);
  draft.changed = false;
  return true;
}

// Save for all answers with the same words that still wait; each is saved by itself.
async function saveGroup() {
  const same = sameThatWait();
  if (!same.length) return;
  const grade = entered();
  if (grade.points === null) throw new Error("Give points first: they go to all of them.");
  draft.changed = true;
  if (!(await save())) return;
  const together = undone.pop();
  let left = 0;
  for (const one of same) {
    const before = { points: one.points, comment: one.comment, ticks: [] };
    const now = await post(one, grade);
    Object.assign(one, now);
    if (now.changed) left += 1;
    else together.push({ question: question.cell, id: one.id, version: one.version, before });
  }
  undone.push(together);
  say(`${together.length} answers have this grade now.${left ? ` ${left} had changed and are left as they were.` : ""}`);
  await refresh();
  await open(nextWaiting() ?? answer.id);
}

const refreshLater = () => void refresh().catch(() => {}); // the next key says what is wrong

async function undo() {
  if (draft.changed) {
    beginDraft();
    return showAnswer();
  }
  const together = undone.pop();
  if (!together) return;
  if (together[0].question !== question.cell) await choose(together[0].question);
  let left = 0;
  for (const { id, version, before } of together) {
    if ((await post({ id, version }, before)).changed) left += 1;
  }
  say(left ? "Grades that have been changed elsewhere since then are left as they are." : "");
  await refresh();
  await open(together[0].id);
}

async function refresh() {
  await readRows();
  showCount();
  showAlike();
  showBank();
}

async function saveAndGoOn() {
  const left = waiting(answer) && draft.points === "" && !draft.changed;
  if (waiting(answer) && draft.points !== "") draft.changed = true; // points of before are confirmed
  if (!(await save())) return;
  let next = nextWaiting();
  await open(next ?? answer.id);
  if (next !== undefined && !waiting(answer)) { // another person was quicker
    await readRows();
    next = nextWaiting();
    await open(next ?? answer.id);
  }
  refreshLater();
  if (next === undefined) say(waiting(answer) ? "This is the last one that waits here." : "All of these are graded.");
  else if (left) say("The answer before this one still waits: it got no points.");
}

async function move(id) {
  if (!(await save())) return;
  await open(id ?? answer.id); // at an end: what is entered is saved all the same
  refreshLater();
}

const neighbor = (step) => order[order.indexOf(answer.id) + step];

async function choose(cell) {
  question = work.questions.find((one) => one.cell === cell);
  at("question").value = cell;
  showQuestion();
  await readRows();
  chooseOrder();
  await openFirst();
}

async function openFirst() {
  answer = undefined;
  const first = nextWaiting() ?? order[0];
  at("desk").hidden = first === undefined;
  showCount();
  if (first === undefined) say("There is no such answer.");
  else await open(first);
}

function setBusy(on) {
  busy = on;
  document.body.dataset.busy = on;
}

// Do one thing after the other; what goes wrong is one sentence, and what is entered stays.
async function act(what) {
  if (busy) return;
  setBusy(true);
  say("");
  try {
    await what();
  } catch (error) {
    say(error.message);
    at("answer").classList.remove("changing");
  } finally {
    setBusy(false);
  }
}

// ---- keys and controls

const KEYS = {
  Enter: () => act(saveAndGoOn),
  ArrowRight: () => act(() => move(neighbor(1))),
  ArrowLeft: () => act(() => move(neighbor(-1))),
  n: () => act(() => move(neighbor(1))),
  k: () => act(() => move(neighbor(-1))),
  g: () => act(saveGroup),
  u: () => act(undo),
  f: () => tickAll(1),
  0: () => tickAll(0),
  p: () => at("points").select(),
  c: () => at("comment").focus(),
  b: () => pick(!picking),
  h: () => at("names").click(),
  "?": () => at("help").showModal(),
  r: () => at("whole").click(),
  Escape: () => pick(false),
};

function onKey(event) {
  const { key, target } = event;
  if (at("help").open || !answer) return;
  if (target.matches("input:not([type=checkbox]), textarea, select")) {
    if (key === "Escape") target.blur();
    else if (key === "Enter" && (event.ctrlKey || event.metaKey || target.id === "points")) {
      event.preventDefault();
      KEYS.Enter();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (["Enter", " "].includes(key) && target.matches("button, summary, a, input")) return;
  const digit = Number(key);
  if (picking && digit >= 1) {
    if (bank[digit - 1]) addComment(bank[digit - 1]);
  } else if (digit >= 1) {
    if (question.items[digit - 1]) tick(digit - 1);
  } else if (KEYS[key]) KEYS[key]();
  else return;
  event.preventDefault();
}

function listen() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && event.detail) button.blur(); // after the mouse, Enter saves
  });
  at("grade").addEventListener("submit", (event) => event.preventDefault());
  at("save").onclick = KEYS.Enter;
  at("previous").onclick = KEYS.ArrowLeft;
  at("undo").onclick = KEYS.u;
  at("group").onclick = KEYS.g;
  at("none").onclick = KEYS[0];
  at("full").onclick = KEYS.f;
  at("whole").onclick = () => at("whole").setAttribute("aria-expanded", at("items").classList.toggle("whole"));
  at("keys").onclick = KEYS["?"];
  at("points").oninput = () => enter({ points: at("points").value });
  at("comment").oninput = () => enter({ comment: at("comment").value });
  at("bank-fold").ontoggle = () => (picking = at("bank-fold").open);
  at("names").onchange = () => answer && showAnswer();
  at("grader").onchange = () => sessionStorage.setItem("grader", at("grader").value);
  at("question").onchange = () => act(async () => (await save()) && choose(at("question").value));
  for (const id of ["part", "show"]) {
    at(id).onchange = () => act(async () => {
      if (answer && !(await save())) return;
      await readRows();
      chooseOrder();
      await openFirst();
    });
  }
  window.addEventListener("hashchange", () => location.reload()); // the address of a new command
  window.addEventListener("beforeunload", (event) => {
    if (draft?.changed) event.preventDefault();
  });
}

function fillSettings() {
  const option = (value, text) => new Option(text, value);
  at("question").replaceChildren(...work.questions.map((one) => option(one.cell, one.title)));
  const [part, parts] = work.part;
  const choices = [option("1/1", "all")];
  for (let many = 2; many <= Math.max(4, parts); many += 1) {
    for (let one = 1; one <= many; one += 1) choices.push(option(`${one}/${many}`, `${one} of ${many}`));
  }
  at("part").replaceChildren(...choices);
  at("part").value = `${part}/${parts}`;
  at("grader").value = sessionStorage.getItem("grader") ?? work.grader;
}

await act(async () => {
  work = await ask("api/work");
  fillSettings();
  listen();
  await choose(work.question);
});
