// Comfort for the desk; every page works without it.
"use strict";

const KEPT = "console-keys";
const keysOn = () => {
  try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; }
};

const hints = document.querySelector("[data-keys]");
if (hints) {
  hints.hidden = false;
  const box = hints.querySelector("[data-keys-switch]");
  box.checked = keysOn();
  box.addEventListener("change", () => {
    try { localStorage.setItem(KEPT, box.checked ? "on" : "off"); } catch { /* kept for this page */ }
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

document.querySelector("[data-focus]")?.focus();

// A form is sent once, however often the button is pressed.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    // Not form.action: a control of that name would stand before it.
    if (form.getAttribute("action").endsWith("/posters/print")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

const counter = document.querySelector("[data-count]");
if (counter) {
  const boxes = [...counter.form?.elements ?? counter.closest("form").elements].filter((each) => each.type === "checkbox");
  const count = () => {
    counter.hidden = false;
    counter.textContent = `已选 ${boxes.filter((box) => box.checked).length} 项`;
  };
  boxes.forEach((box) => box.addEventListener("change", count));
  count();
}

// Open what was ticked and go where the words are written.
for (const box of document.querySelectorAll('.asked > input[type="checkbox"]')) {
  box.addEventListener("change", () => {
    if (box.checked) box.parentElement.querySelector("textarea").focus();
  });
}

const rows = [...document.querySelectorAll("[data-rows] > tbody > tr")];
let at = -1;
const go = (step) => {
  if (!rows.length) return;
  rows[at]?.classList.remove("at");
  at = Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[at].classList.add("at");
  const link = rows[at].querySelector(".row-link");
  link?.focus({ preventScroll: true });
  rows[at].scrollIntoView({ block: "nearest" });
};
const SEARCH = "[data-search], .filters select";
const ACT = "#act :is(a, button, summary)";
const acts = {
  j: () => go(1),
  k: () => go(-1),
  o: () => rows[at]?.querySelector(".row-link")?.click(),
  "/": () => document.querySelector(SEARCH)?.focus(),
  a: () => { const act = document.getElementById("act"); act?.scrollIntoView({ block: "start" }); [...(act?.querySelectorAll("textarea, button, a, summary") ?? [])].find((each) => each.checkVisibility?.() ?? true)?.focus(); },
  g: () => document.querySelector(".brand")?.click(),
};
// Only the keys that do something on this page are listed.
const works = { j: rows.length, k: rows.length, o: rows.length, "/": document.querySelector(SEARCH), a: document.querySelector(ACT), g: true };
for (const line of document.querySelectorAll("[data-key]")) line.hidden = !works[line.dataset.key];
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !hints || !keysOn()) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  const act = acts[event.key];
  if (act) { event.preventDefault(); act(); }
});
