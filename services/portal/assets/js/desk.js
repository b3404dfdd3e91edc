// The review desk: ticking several, deciding them alike, and grounds by digit. Ticks outlive a refreshed queue.
import { fresh } from "./content.js";

const ticked = new Set(); // ids; the version is the row's own, for that is what the officer sees

export function desks(root) {
  for (const queue of fresh(root, "[data-queue]", "Queue")) setUp(queue);
  for (const form of fresh(root, "[data-digits]", "Digits")) {
    form.addEventListener("keydown", (event) => byDigit(form, event));
  }
}

function setUp(queue) {
  for (const box of boxes(queue)) {
    box.checked = ticked.has(idOf(box));
    box.addEventListener("change", () => {
      if (box.checked) ticked.add(idOf(box));
      else ticked.delete(idOf(box));
      show(queue);
    });
  }
  const form = queue.querySelector("[data-many]");
  form?.querySelector("[data-many-outcome]").addEventListener("change", () => show(queue));
  form?.querySelector("[data-many-clear]").addEventListener("click", () => {
    ticked.clear();
    for (const box of boxes(queue)) box.checked = false;
    show(queue);
  });
  form?.addEventListener("submit", () => ticked.clear());
  show(queue);
}

function boxes(queue) {
  return [...queue.querySelectorAll("[data-tick]")];
}

function idOf(box) {
  return box.value.split(":")[0];
}

function show(queue) {
  const form = queue.querySelector("[data-many]");
  if (!form) return;
  const count = boxes(queue).filter((box) => box.checked).length;
  form.hidden = count === 0;
  form.querySelector("[data-many-count]").textContent = String(count);
  const outcome = form.querySelector("[data-many-outcome]");
  for (const field of form.querySelectorAll("[data-many-for]")) {
    field.hidden = !field.dataset.manyFor.split(" ").includes(outcome.value);
    field.required = field.name === "reason" && outcome.value === "return";
  }
  const words = outcome.selectedOptions[0].textContent;
  form.querySelector("[data-many-go]").dataset.confirm = `将勾选的 ${count} 件提案${words}，确定？`;
}

function byDigit(form, event) {
  if (!/^[0-9]$/.test(event.key) || event.target.matches("textarea, input[type=text]")) return;
  const choice = form.querySelectorAll("input[type=radio]")[(Number(event.key) + 9) % 10];
  if (!choice) return;
  event.preventDefault();
  choice.checked = true;
  choice.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select") || document.querySelector("dialog[open]")) return;
  const box = document.querySelector("[data-queue-item][aria-current=true]")?.closest(".queue-row")?.querySelector("[data-tick]");
  if (!box) return;
  event.preventDefault();
  box.click();
});
