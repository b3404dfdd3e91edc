// The responsibility list: add and remove lines under each suggestion.
import { fresh } from "./content.js";

let made = 0;

export function dutyLines(root) {
  for (const form of fresh(root, "form[data-lines]", "Lines")) {
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-line-do]");
      if (!button) return;
      if (button.dataset.lineDo === "add") add(button.closest("fieldset"));
      else remove(button.closest("[data-line]"));
    });
  }
}

function add(group) {
  const line = group.querySelector("template").content.firstElementChild.cloneNode(true);
  made += 1;
  for (const field of line.querySelectorAll("input[id]")) {
    const id = `${field.name}-added-${made}`;
    line.querySelector(`label[for="${field.id}"]`).htmlFor = id;
    field.id = id;
  }
  group.querySelector("[data-line-list]").append(line);
  line.querySelector("[name=what]").focus();
}

/** The last line of a suggestion is emptied instead, so that there is always one to write in. */
function remove(line) {
  const list = line.parentElement;
  if (list.querySelectorAll("[data-line]").length > 1) {
    const near = line.nextElementSibling ?? line.previousElementSibling;
    line.remove();
    near?.querySelector("[name=what]")?.focus();
    return;
  }
  for (const field of line.querySelectorAll("input:not([type=hidden])")) field.value = "";
  line.querySelector("[name=what]").focus();
}
