// The numbered suggestions of a proposal: add, remove (and take that back), move up and down.
import { counters } from "./counters.js";
import { fresh } from "./content.js";
import { toast } from "./toast.js";

let made = 0;

export function suggestions(root) {
  for (const box of fresh(root, "[data-suggestions]", "Suggestions")) {
    box.addEventListener("click", (event) => {
      const button = event.target.closest("[data-suggestion-do]");
      if (button) act(box, button);
    });
    renumber(box);
  }
}

/** Puts these texts into the list, in place of what stands there. */
export function fillSuggestions(box, texts) {
  list(box).replaceChildren();
  for (const text of texts.length ? texts : [""]) add(box, text);
  renumber(box);
}

function act(box, button) {
  const item = button.closest("[data-suggestion]");
  const deed = button.dataset.suggestionDo;
  if (deed === "add") add(box, "").querySelector("textarea").focus();
  if (deed === "remove") remove(box, item);
  if (deed === "up") item.previousElementSibling?.before(item);
  if (deed === "down") item.nextElementSibling?.after(item);
  renumber(box);
  if (deed === "up" || deed === "down") (button.disabled ? item.querySelector("textarea") : button).focus();
  changed(box);
}

function add(box, text) {
  const item = box.querySelector("template").content.firstElementChild.cloneNode(true);
  const field = item.querySelector("textarea");
  made += 1;
  field.id = `suggestion-new-${made}`;
  field.value = text;
  item.querySelector(".counter").id = `${field.id}-count`;
  field.setAttribute("aria-describedby", `${field.id}-count`);
  list(box).append(item);
  counters(item);
  return item;
}

function remove(box, item) {
  const before = item.nextElementSibling;
  const place = [...list(box).children].indexOf(item) + 1;
  item.remove();
  if (list(box).children.length === 0) add(box, "");
  if (item.querySelector("textarea").value.trim() === "") return;
  toast("info", `已删除第 ${place} 条建议。`, {
    label: "撤销",
    run: () => {
      list(box).insertBefore(item, before?.isConnected ? before : null);
      renumber(box);
      changed(box);
    },
  });
}

function renumber(box) {
  const items = [...list(box).children];
  const most = Number(box.dataset.most);
  items.forEach((item, index) => {
    const label = `第 ${index + 1} 条建议`;
    item.querySelector("textarea").setAttribute("aria-label", label);
    for (const [deed, words] of [["up", "上移"], ["down", "下移"], ["remove", "删除"]]) {
      item.querySelector(`[data-suggestion-do=${deed}]`).setAttribute("aria-label", `${words}${label}`);
    }
    item.querySelector("[data-suggestion-do=up]").disabled = index === 0;
    item.querySelector("[data-suggestion-do=down]").disabled = index === items.length - 1;
  });
  box.querySelector("[data-suggestion-do=add]").disabled = items.length >= most;
}

function list(box) {
  return box.querySelector("[data-suggestion-list]");
}

function changed(box) {
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
