/* Looks again at a page every few seconds and puts what has changed into place, where nobody is reading just then.

   The page says by #look-again which part of it changes, and how often. Without this script there is its link. */
"use strict";
(() => {
  const part = () => document.getElementById("look-again");
  const toggle = document.getElementById("keep-looking");
  if (!part() || !toggle) return;
  const every = Number(part().dataset.every) * 1000;
  let looking = true;

  const isBeingRead = () => part().contains(document.activeElement) || !getSelection().isCollapsed;

  async function look() {
    if (!looking || document.hidden || isBeingRead()) return;
    let answer;
    try {
      answer = await fetch(location.href, { headers: { accept: "text/html" } });
    } catch {
      return; // while Cairn starts again nothing answers; the page stays as it was
    }
    if (!answer.ok) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("look-again");
    if (!found || isBeingRead() || found.innerHTML === part().innerHTML) return;
    const aside = [...part().querySelectorAll(".scroll")].map((each) => each.scrollLeft);
    const said = part().querySelector("[role=status]");
    const says = found.querySelector("[role=status]");
    // What is announced stays the same element, so that it is announced only when it changes.
    if (said && says && said.innerHTML === says.innerHTML) says.replaceWith(said);
    part().replaceWith(document.adoptNode(found));
    [...part().querySelectorAll(".scroll")].forEach((each, at) => { each.scrollLeft = aside[at] ?? 0; });
  }

  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    looking = !looking;
    toggle.setAttribute("aria-pressed", String(looking));
  });
  setInterval(look, every);
})();
