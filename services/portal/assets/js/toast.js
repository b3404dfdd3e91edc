// Short messages at the edge of the page, read out by screen readers.

const SECONDS = { success: 6, info: 8, warning: 12, danger: 20 };

/** Shows a message; `action` is an optional `{label, run}` button. */
export function toast(tone, text, action) {
  const shelf = document.getElementById("toasts");
  if (!shelf) return;
  const box = document.createElement("div");
  box.className = `toast-box toast-${tone}`;
  const words = document.createElement("span");
  words.textContent = text;
  box.append(words);
  if (action) box.append(button(action.label, "toast-action", () => { action.run(); box.remove(); }));
  box.append(button("关闭", "toast-close", () => box.remove()));
  shelf.append(box);
  setTimeout(() => box.remove(), (SECONDS[tone] ?? SECONDS.info) * 1000);
}

function button(label, className, run) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = label;
  made.addEventListener("click", run);
  return made;
}
