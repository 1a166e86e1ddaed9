// Today stays live. htmx asks for rows and puts them in place; here is what its attributes cannot say: whose row an event is
// about, and that nothing moves while it is read. A row that would stand elsewhere waits behind a button.
const page = document.getElementById("today");
const news = document.getElementById("news");
const said = news.querySelector("p");
const button = news.querySelector("button");
const MOST_WAIT = 30000;
const BACK_IS_SAID = 8000; // For so long it stands there that the page is live again.
let source;
let wait = 1000;
let isLost = false;
let falling; // What takes away that the page is live again.
let isEnded = false;
let before; // Where the first row in sight stood.
const waiting = new Set();

const seen = () => document.getElementById("seen");
const rows = () => [...page.querySelectorAll("li.row")];
const rowOf = (patient) => document.getElementById(`row-${patient}`);
const isOfAll = ({ sourceElement, sourceEvent }) => sourceElement === page && sourceEvent.type !== "told";
const isMadeAnew = (ctx) => isOfAll(ctx) && ctx.sourceEvent.type !== "every";

function say(text) {
  clearTimeout(falling);
  if (said.textContent !== text) said.textContent = text;
}

function lost() {
  isLost = true;
  say(news.dataset.lost);
}

function back() {
  if (!isLost) return;
  isLost = false;
  say(news.dataset.back);
  falling = setTimeout(() => say(""), BACK_IS_SAID);
}

function ended() {
  isEnded = true;
  source?.close();
  say(news.dataset.ended);
}

function follow() {
  source = new EventSource(`${page.dataset.feed}&after=${seen().value}`);
  source.onopen = () => {
    wait = 1000;
    back();
  };
  source.onerror = () => {
    lost();
    // A browser asks again by itself, unless it was refused.
    if (source.readyState === EventSource.CLOSED) later();
  };
  for (const type of page.dataset.types.split(" ")) source.addEventListener(type, heard);
  source.addEventListener("cairn.access.ended", ended);
  for (const type of ["cairn.log.replaced", "cairn.access.not_recorded"]) source.addEventListener(type, later);
}

// What was missed, and whether whoever looks is signed in still, is known by the page itself.
function later() {
  source.close();
  setTimeout(() => htmx.trigger(page, "anew"), wait);
  wait = Math.min(wait * 1.5, MOST_WAIT);
}

function heard(message) {
  const event = JSON.parse(message.data);
  const patient = event.subject.split(".")[1];
  seen().value = event.position;
  if (waiting.has(patient)) return;
  const row = rowOf(patient);
  if (row !== null) return htmx.trigger(row, "told");
  const address = new URL(page.dataset.row, location);
  address.searchParams.set("patient", patient);
  address.searchParams.set("min_position", event.position);
  htmx.ajax("GET", address.href, { source: page, event: new Event("told"), select: null });
}

// Of what came, only those rows are put in place that stand where they stood.
function choose({ detail: { ctx, tasks } }) {
  if (isMadeAnew(ctx)) return;
  const fresh = new Map(
    tasks.flatMap(({ fragment }) => [...fragment.querySelectorAll("li.row")]).map((row) => [row.dataset.patient, row]),
  );
  const former = isOfAll(ctx) ? rows() : rows().filter((row) => row === ctx.sourceElement);
  for (const row of former) if (!fresh.has(row.dataset.patient)) hold(row.dataset.patient);
  tasks.length = 0;
  for (const [patient, row] of fresh) {
    const target = rowOf(patient);
    if (target === null ? isBehindTheLast(row) : isAsItWas(target, row)) continue;
    if (target === null || !staysThere(target, row) || isBeingMarked(target)) hold(patient);
    else tasks.push({ fragment: alone(row), target, swapSpec: { style: "outerMorph" } });
  }
  before = rows().find((row) => row.getBoundingClientRect().bottom > 0);
  before = before && [before, before.getBoundingClientRect().top];
}

function hold(patient) {
  waiting.add(patient);
  button.textContent = news.dataset.news.replace("{number}", waiting.size);
  button.hidden = false;
}

function alone(row) {
  const fragment = document.createDocumentFragment();
  fragment.append(row);
  return fragment;
}

function isAsItWas(former, row) {
  return former.innerHTML === row.innerHTML && former.dataset.place === row.dataset.place;
}

function isBehindTheLast(row) {
  return page.querySelector("#rest") !== null && compare(row, rows().at(-1)) > 0;
}

function staysThere(former, row) {
  const above = former.previousElementSibling;
  const below = former.nextElementSibling;
  return (
    former.dataset.section === row.dataset.section &&
    (above === null || compare(above, row) < 0) &&
    (below === null || compare(row, below) < 0)
  );
}

function compare(one, other) {
  return one.dataset.place < other.dataset.place ? -1 : one.dataset.place > other.dataset.place ? 1 : 0;
}

function isBeingMarked(row) {
  const marked = getSelection();
  return !marked.isCollapsed && marked.containsNode(row, true);
}

function isPut({ detail: { ctx } }) {
  if (ctx.response.status >= 400) return;
  if (isMadeAnew(ctx)) {
    waiting.clear();
    button.hidden = true;
    if (ctx.sourceEvent.type === "click") document.querySelector("h1").focus({ preventScroll: true });
    if (page.dataset.feed && source.readyState === EventSource.CLOSED) follow();
  } else {
    // What is read stays where it is, though a row above it may have become longer.
    if (before?.[0].isConnected) scrollBy(0, before[0].getBoundingClientRect().top - before[1]);
    if (isOfAll(ctx)) back();
  }
}

function refused({ detail: { ctx } }) {
  if ([401, 403].includes(ctx.response.status)) return ended();
  if (!isOfAll(ctx)) return; // The feed says so, too, and asks again.
  lost();
  if (ctx.sourceEvent.type === "anew") later();
}

page.addEventListener("htmx:before:request", (event) => {
  if (isEnded) event.preventDefault();
});
page.addEventListener("htmx:before:swap", choose);
page.addEventListener("htmx:after:swap", isPut);
page.addEventListener("htmx:response:error", refused);
if (page.dataset.feed) follow();
