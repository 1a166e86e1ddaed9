// htmx looks again at what changes every few seconds, and changes no more than what is different. Not while nobody sees it,
// while somebody marks its text, or after its button was pressed. Without this there is the link below it.
"use strict";

(() => {
  const part = document.getElementById("look-again");
  const toggle = document.getElementById("keep-looking");
  const isNotNow = () => toggle.getAttribute("aria-pressed") === "false" || document.hidden || !getSelection().isCollapsed;

  for (const when of ["htmx:before:request", "htmx:before:swap"]) {
    part.addEventListener(when, (event) => {
      if (isNotNow()) event.preventDefault();
    });
  }
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    toggle.setAttribute("aria-pressed", String(toggle.getAttribute("aria-pressed") === "false"));
  });
})();
