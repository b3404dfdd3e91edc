// Choosing units: what is typed narrows the list, what is chosen is said in a line below it. Works as a plain list without.
import { fresh } from "./content.js";

export function unitPickers(root) {
  for (const picker of fresh(root, "[data-unit-picker]", "UnitPicker")) {
    const search = picker.querySelector("[data-unit-search]");
    search.addEventListener("input", () => narrow(picker, search.value));
    // Enter in the search box chooses the only unit left, and never sends the form.
    search.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const left = shown(picker);
      if (left.length !== 1) return;
      const lead = picker.querySelector("[name=lead_unit]:checked");
      left[0].querySelector(lead ? "[name=co_units]" : "[name=lead_unit]").click();
      search.select();
    });
    picker.addEventListener("change", () => settle(picker));
    settle(picker);
  }
}

function units(picker) {
  return [...picker.querySelectorAll("[data-unit]")];
}

function shown(picker) {
  return units(picker).filter((unit) => !unit.hidden);
}

function narrow(picker, text) {
  const word = text.trim();
  for (const unit of units(picker)) {
    const chosen = unit.querySelector("input:checked") !== null;
    unit.hidden = !chosen && word !== "" && !unit.dataset.unit.includes(word);
  }
  picker.querySelector("[data-unit-none]").hidden = shown(picker).length > 0;
}

/** The lead unit is no co-handler: its other box is closed. */
function settle(picker) {
  const lead = picker.querySelector("[name=lead_unit]:checked");
  const beside = [];
  for (const unit of units(picker)) {
    const box = unit.querySelector("[name=co_units]");
    const isLead = lead?.value === box.value;
    if (isLead) box.checked = false;
    box.disabled = isLead;
    if (box.checked) beside.push(unit.dataset.name);
  }
  const name = lead?.closest("[data-unit]").dataset.name;
  const words = [name ? `主办：${name}` : "还没有选主办单位", beside.length ? `其他：${beside.join("、")}` : ""];
  picker.querySelector("[data-unit-chosen]").textContent = words.filter(Boolean).join("；");
}
