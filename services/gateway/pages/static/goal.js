// The slider over a goal's moments. Without this the form beside it does the same, with a page for each moment.
"use strict";

(() => {
  const form = document.querySelector(".then-form");
  const choice = form.elements.as_of;
  const slide = form.querySelector("#slide");
  const said = form.querySelector("#slide-said");
  const PARTS = ["then", "then-steps"];
  const WAIT_MS = 80;
  let waiting;
  let asked;

  function tell() {
    const label = choice.options[slide.value].text;
    said.textContent = label;
    slide.setAttribute("aria-valuetext", label);
  }

  function addressOf(part) {
    const query = new URLSearchParams();
    if (choice.value) {
      query.set("as_of", choice.value);
      query.set("by", form.elements.by.value);
    }
    if (part) query.set("part", part);
    const text = query.toString();
    return text ? `${form.action}?${text}` : form.action;
  }

  async function show() {
    asked?.abort();
    const mine = (asked = new AbortController());
    try {
      const answer = await fetch(addressOf("then"), { signal: mine.signal, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine.signal.aborted) return;
      for (const part of PARTS) document.getElementById(part).replaceWith(found.getElementById(part));
      history.replaceState(null, "", addressOf());
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = form.dataset.failed;
    }
  }

  slide.value = choice.selectedIndex;
  tell();
  form.querySelector(".slide").hidden = false;
  form.querySelector(".choose").hidden = true;
  form.querySelector("button").hidden = true;
  slide.addEventListener("input", () => {
    choice.selectedIndex = slide.value;
    tell();
    clearTimeout(waiting);
    waiting = setTimeout(show, WAIT_MS);
  });
  for (const each of form.elements.by) {
    // The moments are others by the other time, so that the page is made anew; at its end, it is now on both.
    each.addEventListener("change", () => form.submit());
  }
})();
