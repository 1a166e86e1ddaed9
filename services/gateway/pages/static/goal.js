// The slider over a goal's moments: it moves the choice beside it, and htmx shows the moment that is chosen. Without this
// the form does the same, with a page for each moment.
"use strict";

(() => {
  const form = document.querySelector(".then-form");
  const choice = form.elements.as_of;
  const slide = form.querySelector("#slide");
  const said = form.querySelector("#slide-said");

  function tell() {
    const label = choice.options[slide.value].text;
    said.textContent = label;
    slide.setAttribute("aria-valuetext", label);
  }

  slide.value = choice.selectedIndex;
  tell();
  form.querySelector(".slide").hidden = false;
  form.querySelector(".choose").hidden = true;
  form.querySelector("button").hidden = true;
  slide.addEventListener("input", () => {
    choice.selectedIndex = slide.value;
    tell();
  });
  slide.addEventListener("htmx:response:error", () => {
    said.textContent = form.dataset.failed;
  });
  for (const each of form.elements.by) {
    // The moments are others by the other time, so that the page is made anew; at its end, it is now on both.
    each.addEventListener("change", () => form.submit());
  }
})();
