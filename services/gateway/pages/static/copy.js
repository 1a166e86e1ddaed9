// Puts a button above each text that is there to be copied. Without this script the text can be selected.
"use strict";

const said = document.currentScript.dataset;

for (const text of document.querySelectorAll("pre[data-copy]")) {
  const button = document.createElement("button");
  const name = document.createElement("span");
  const status = document.createElement("span");
  button.type = "button";
  button.className = "quiet copy";
  button.textContent = said.copy;
  name.className = "seen-by-readers";
  name.textContent = ` ${text.getAttribute("aria-label")}`;
  button.append(name);
  status.className = "soft copied";
  status.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      status.textContent = said.copied;
    } catch {
      // Where the clipboard is closed, the text is selected, so that one key copies it.
      getSelection().selectAllChildren(text);
      text.focus();
    }
  });
  const row = document.createElement("p");
  row.className = "copying screen-only";
  row.append(button, status);
  text.before(row);
}
