// The slider over a goal's moments: it moves the choice beside it, and htmx shows the moment that is chosen. Without this
// the form does the same, with a page for each moment.
"use strict";

(() => {
  const part = document.getElementById("then-pair");
  const section = part.closest("section"); // It stays, while what is in it is put anew.
  const form = () => section.querySelector(".then-form");
  const slide = () => section.querySelector("#slide");
  let latest; // What was asked for last; an answer to anything earlier tells nothing.

  // While the answer is under way, the label says that the ladder is not there yet.
  function tell(isUnderWay) {
    const choice = form().elements.as_of;
    const label = choice.options[slide().value].text;
    section.querySelector("#slide-said").textContent = isUnderWay ? `${label} …` : label;
    slide().setAttribute("aria-valuetext", label);
    section.querySelector("#then").setAttribute("aria-busy", String(isUnderWay));
  }

  function begin() {
    const choice = form().elements.as_of;
    choice.selectedIndex = [...choice.options].findIndex((option) => option.hasAttribute("selected"));
    slide().value = choice.selectedIndex;
    tell(false);
  }

  document.documentElement.classList.add("slides");
  begin();
  section.addEventListener("input", ({ target }) => {
    if (target !== slide()) return;
    form().elements.as_of.selectedIndex = target.value;
    tell(true);
  });
  section.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    latest = ctx;
    tell(true);
  });
  section.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx !== latest || ctx.response.status >= 400) return;
    if (ctx.sourceElement === slide()) tell(false);
    else begin();
  });
  section.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    if (ctx !== latest) return;
    tell(false);
    section.querySelector("#slide-said").textContent = form().dataset.failed;
  });
})();
