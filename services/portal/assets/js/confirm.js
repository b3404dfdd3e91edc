// Asks before a step that cannot be taken back: a button with data-confirm, or anybody who calls `ask`.

let answer = () => {};

/** Resolves to true when the person agrees. */
export function ask(text, agree = "确定") {
  const dialog = document.getElementById("confirm");
  if (!dialog?.showModal) return Promise.resolve(window.confirm(text));
  dialog.querySelector("[data-confirm-text]").textContent = text;
  dialog.querySelector("[data-confirm-agree]").textContent = agree;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => { answer = resolve; });
}

document.getElementById("confirm")?.addEventListener("close", (event) => answer(event.target.returnValue === "agree"));

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-confirm]");
  if (!button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const unchecked = button.formNoValidate || button.form.noValidate;
  if (!unchecked && !button.form.reportValidity()) return;
  if (await ask(button.dataset.confirm, button.textContent.trim())) button.form.requestSubmit(button);
}, true);

// A form that was sent is not sent twice by a second click; the command id would catch it, but people should see it.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog") return;
  queueMicrotask(() => event.target.setAttribute("aria-busy", "true"));
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
});
