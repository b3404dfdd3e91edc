// Lists with boxes to tick: one box for all of them, and a count on the button.
import { fresh } from "./content.js";

export function tickLists(root) {
  for (const form of fresh(root, "form[data-ticks]", "Ticks")) {
    const all = form.querySelector("[data-tick-all]");
    all?.addEventListener("change", () => {
      for (const box of boxes(form)) box.checked = all.checked;
      count(form);
    });
    form.addEventListener("change", () => count(form));
    count(form);
  }
}

function boxes(form) {
  return [...form.querySelectorAll("input[name=items]:not([disabled])")];
}

function count(form) {
  const list = boxes(form);
  const ticked = list.filter((box) => box.checked).length;
  const all = form.querySelector("[data-tick-all]");
  if (all) {
    all.checked = ticked > 0 && ticked === list.length;
    all.indeterminate = ticked > 0 && ticked < list.length;
  }
  for (const place of form.querySelectorAll("[data-tick-count]")) place.textContent = ticked ? `（${ticked} 件）` : "";
}
