// Today follows what is recorded: a row that changed is asked for again and put in its place by its id. A row that would
// stand elsewhere waits behind a button, so that nothing moves while it is read.
const page = document.getElementById("today");
const news = document.getElementById("news");
const said = news.querySelector("p");
const button = news.querySelector("button");
const SOON = 300; // One deed is often several events.
const MOST_WAIT = 30000;
const EVERY = 60000;
let position = Number(page.dataset.position);
let source;
let looking;
let wait = 1000;
let isLost = false;
const wanted = new Map(); // patient: the position to be seen
const waiting = new Set();

function say(text) {
  if (said.textContent !== text) said.textContent = text;
}

function follow() {
  source = new EventSource(`${page.dataset.feed}&after=${position}`);
  source.onopen = () => {
    wait = 1000;
    if (isLost) say(news.dataset.back);
    isLost = false;
  };
  source.onerror = () => {
    isLost = true;
    say(news.dataset.lost);
    // A browser asks again by itself, unless it was refused.
    if (source.readyState === EventSource.CLOSED) later();
  };
  for (const type of page.dataset.types.split(" ")) source.addEventListener(type, heard);
  source.addEventListener("cairn.access.ended", ended);
  for (const type of ["cairn.log.replaced", "cairn.access.not_recorded"]) source.addEventListener(type, later);
}

function ended() {
  source?.close();
  clearInterval(looking);
  say(news.dataset.ended);
}

function later() {
  source.close();
  setTimeout(again, wait);
  wait = Math.min(wait * 1.5, MOST_WAIT);
}

// What was missed, and whether whoever looks is signed in still, is known by the page itself.
async function again() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.status === 401 || answer.status === 403) return ended();
    if (answer.ok) {
      await took(await answer.text());
      return follow();
    }
  } catch {
    // Nobody answers: it may be starting again.
  }
  isLost = true;
  say(news.dataset.lost);
  later();
}

function heard(message) {
  const event = JSON.parse(message.data);
  const patient = event.subject.split(".")[1];
  position = event.position;
  if (wanted.size === 0) setTimeout(readAnew, SOON);
  wanted.set(patient, position);
}

async function readAnew() {
  const patients = [...wanted];
  wanted.clear();
  for (const [patient, seen] of patients) {
    if (waiting.has(patient)) continue;
    const clinician = page.dataset.clinician;
    const query = new URLSearchParams({ patient, min_position: seen, ...(clinician && { clinician }) });
    try {
      const answer = await fetch(`${page.dataset.row}?${query}`, { cache: "no-store" });
      if (answer.ok) put(patient, answer.status === 204 ? null : rowIn(await answer.text()));
    } catch {
      // The feed says so, too, and asks again.
    }
  }
}

// Who may not follow what happens looks at the whole page from time to time.
async function lookAgain() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.status === 401 || answer.status === 403) return ended();
    if (!answer.ok) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("li.row");
    const there = new Set();
    for (const row of fresh) {
      there.add(row.dataset.patient);
      if (document.getElementById(row.id)?.outerHTML !== row.outerHTML) put(row.dataset.patient, document.importNode(row, true));
    }
    for (const row of page.querySelectorAll("li.row")) if (!there.has(row.dataset.patient)) put(row.dataset.patient, null);
    if (isLost) say(news.dataset.back);
    isLost = false;
  } catch {
    isLost = true;
    say(news.dataset.lost);
  }
}

function rowIn(text) {
  return document.importNode(new DOMParser().parseFromString(text, "text/html").querySelector("li.row"), true);
}

function put(patient, row) {
  const former = document.getElementById(`row-${patient}`);
  if (former === null && row === null) return;
  if (former === null && isBehindTheLast(row)) return;
  if (former !== null && row !== null && staysThere(former, row) && !isBeingMarked(former)) return exchange(former, row);
  waiting.add(patient);
  button.textContent = news.dataset.news.replace("{number}", waiting.size);
  button.hidden = false;
}

function isBehindTheLast(row) {
  const shown = page.querySelectorAll("li.row");
  return page.querySelector("#rest") !== null && compare(row, shown[shown.length - 1]) > 0;
}

function staysThere(former, row) {
  const before = former.previousElementSibling;
  const behind = former.nextElementSibling;
  return (
    former.dataset.section === row.dataset.section &&
    (before === null || compare(before, row) < 0) &&
    (behind === null || compare(row, behind) < 0)
  );
}

function compare(one, other) {
  return one.dataset.place < other.dataset.place ? -1 : one.dataset.place > other.dataset.place ? 1 : 0;
}

function isBeingMarked(row) {
  const marked = getSelection();
  return !marked.isCollapsed && marked.containsNode(row, true);
}

// What is read stays where it is, though a row above it may have become longer.
function exchange(former, row) {
  const links = [...former.querySelectorAll("a")];
  const focused = links.indexOf(document.activeElement);
  keepingPlace(former, () => former.replaceWith(row));
  if (focused >= 0) row.querySelectorAll("a")[focused]?.focus({ preventScroll: true });
}

function keepingPlace(except, change) {
  const anchor = [...page.querySelectorAll("li.row")].find((row) => row !== except && row.getBoundingClientRect().bottom > 0);
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (anchor?.isConnected) scrollBy(0, anchor.getBoundingClientRect().top - before);
}

async function took(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("today");
  if (fresh === null) return;
  position = Number(fresh.dataset.position);
  const at = scrollY;
  const focused = document.activeElement?.closest("li.row")?.id;
  for (const child of [...page.children]) if (child !== news) child.remove();
  const behind = [...fresh.children];
  const place = behind.findIndex((child) => child.id === "news");
  news.before(...behind.slice(0, place).map((child) => document.importNode(child, true)));
  news.after(...behind.slice(place + 1).map((child) => document.importNode(child, true)));
  waiting.clear();
  button.hidden = true;
  scrollTo(0, at);
  if (focused) document.getElementById(focused)?.querySelector("a")?.focus({ preventScroll: true });
}

button.addEventListener("click", async () => {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.ok) {
      await took(await answer.text());
      document.querySelector("h1").focus({ preventScroll: true });
    } else say(news.dataset.lost);
  } catch {
    say(news.dataset.lost);
  }
});

if (page.dataset.feed) follow();
else looking = setInterval(lookAgain, EVERY);
