"use strict";
// Every page works without this: it adds a switch of themes and keys.
const root = document.documentElement;
const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

const button = document.getElementById("theme");
if (button) {
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("yurai-theme", root.dataset.theme); } catch { /* for this page alone */ }
    show();
  });
  show();
}

// "/" goes to the search box; Ctrl or Command with Enter sends the form in which somebody writes.
document.addEventListener("keydown", event => {
  const writes = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !writes && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const box = document.getElementById("q") || document.getElementById("text");
    if (box) { event.preventDefault(); box.focus(); }
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && writes && writes.form) writes.form.requestSubmit();
});
