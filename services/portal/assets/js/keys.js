// One-letter keys: an element says by data-key which letter it answers to, and shows it. Never while one is typing.
import { ask } from "./confirm.js";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") return toggleHelp(event);
  if (event.key === "j" || event.key === "k") return step(event, event.key === "j" ? 1 : -1);
  if (event.key === "x" && tick(event)) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
  press(target);
});

function typing(element) {
  return element.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]") !== null;
}

/** A stray letter is no decision: a button that says so is asked about first. A panel is opened instead. */
async function press(target) {
  if (target.matches("details")) {
    target.open = true;
    target.scrollIntoView({ block: "nearest" });
    target.querySelector("textarea, input[type=radio]")?.focus();
    return;
  }
  const question = target.dataset.keyConfirm;
  if (!question || (await ask(question, target.dataset.keyAgree))) target.click();
}

function step(event, by) {
  const items = [...document.querySelectorAll("[data-queue-item]")];
  if (items.length === 0) return stepRows(event, by);
  event.preventDefault();
  const at = items.findIndex((item) => item.getAttribute("aria-current") === "true");
  const next = items[Math.min(Math.max(at + by, 0), items.length - 1)];
  next.click();
  next.scrollIntoView({ block: "nearest" });
}

/** In a plain list the letters move the focus from line to line; Enter then opens the one that has it. */
function stepRows(event, by) {
  const rows = [...document.querySelectorAll("[data-row-item]")];
  if (rows.length === 0) return;
  event.preventDefault();
  const at = rows.indexOf(rowOf(document.activeElement)?.querySelector("[data-row-item]"));
  rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)].focus();
}

function rowOf(element) {
  return element?.closest("[data-row]");
}

/** Ticks or unticks the line that has the focus; false where there is nothing to tick. */
function tick(event) {
  const box = rowOf(document.activeElement)?.querySelector("input[type=checkbox]:not([disabled])");
  if (!box) return false;
  event.preventDefault();
  box.click();
  return true;
}

function toggleHelp(event) {
  const help = document.getElementById("keys-help");
  if (!help) return;
  event.preventDefault();
  help.showModal();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-help]")) document.getElementById("keys-help")?.showModal();
});
