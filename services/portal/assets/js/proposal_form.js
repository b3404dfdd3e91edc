// The proposal form: saves while one types, says how it stands, brings back what could not be saved last time.
import { Autosave } from "./autosave.js";
import { fresh } from "./content.js";
import { forget, kept, unconfirmed } from "./local_drafts.js";
import { clock, notice, sayState } from "./save_state.js";
import { fillSuggestions } from "./suggestions.js";

export function proposalForms(root) {
  for (const form of fresh(root, "form[data-autosave]", "Autosave")) setUp(form);
}

/** A page that shows a proposal as handed in: what this browser kept of it is no longer needed. */
export function settledDrafts(root) {
  for (const page of fresh(root, "[data-settled-draft]", "Settled")) forget(page.dataset.settledDraft);
}

const savers = new WeakMap();

/** Who saves this form. */
export function saverOf(form) {
  return savers.get(form);
}

function setUp(form) {
  const { autosave: url, draft: draftId, owner } = form.dataset;
  const saver = new Autosave({
    url,
    draftId,
    owner,
    revision: Number(form.elements.revision.value),
    csrf: form.elements.csrf.value,
    read: () => readText(form),
    say: (state, details) => say(form, saver, state, details),
  });
  savers.set(form, saver);
  form.addEventListener("input", () => saver.changed());
  // A stray Enter in the title hands nothing in.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input[type=text]")) event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    saver.stop();
    if (event.submitter?.value === "discard") forget(draftId);
  });
  window.addEventListener("beforeunload", (event) => {
    if (saver.unsafe && saver.dirty && !saver.stopped) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && form.dataset.standing === "signed-out") again(form, saver);
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) saver.resume({}); });
  bringBack(form, saver, draftId, owner);
}

function readText(form) {
  const field = (name) => form.elements[name].value;
  const parts = [...form.querySelectorAll("[data-suggestion-list] textarea")].map((part) => part.value);
  const category = form.querySelector("[name=category]:checked")?.value ?? null;
  return { title: field("title"), facts: field("facts"), analysis: field("analysis"), suggestions: parts, category };
}

function fill(form, text) {
  for (const name of ["title", "facts", "analysis"]) {
    form.elements[name].value = text[name] ?? "";
    form.elements[name].dispatchEvent(new Event("input"));
  }
  fillSuggestions(form.querySelector("[data-suggestions]"), text.suggestions ?? []);
  for (const choice of form.querySelectorAll("[name=category]")) choice.checked = choice.value === text.category;
}

/** What was typed here and never confirmed comes back by itself; another draft's text is offered. */
function bringBack(form, saver, draftId, owner) {
  const own = kept(draftId, owner);
  const now = JSON.stringify(readText(form));
  if (own && JSON.stringify(own.text) !== now) {
    fill(form, own.text);
    saver.changed();
    notice(form, "已恢复上次未能上传的内容，正在保存。", []);
    return;
  }
  const lost = unconfirmed(owner).find((record) => record.draftId !== draftId);
  if (!lost || !("offerLost" in form.dataset)) return;
  const title = lost.text.title.trim() || "未写标题";
  notice(form, `本机有一份未上传的草稿「${title}」（${clock(lost.at)}）。`, [
    ["恢复到本页", () => { fill(form, lost.text); saver.changed(); forget(lost.draftId); }],
    ["丢弃", () => forget(lost.draftId)],
  ]);
}

function say(form, saver, state, details = {}) {
  sayState(form, state, details);
  if (state === "saved") {
    form.elements.revision.value = details.revision;
    settleAddress(form);
  }
  if (state === "signed-out") {
    notice(form, "登录已失效。请在新窗口登录，回到本页后会自动继续保存。", [["打开登录页", () => window.open("/login", "_blank", "noopener")]]);
  }
  if (state === "clash") {
    notice(form, "这份草稿在另一处（另一台设备或另一个窗口）改动过。", [
      ["保留本页的内容", () => again(form, saver)],
      ["改用那一份", () => { forget(form.dataset.draft); location.assign(form.dataset.editUrl); }],
    ]);
  }
}

/** After the first save a new draft has an address of its own; reloading then finds it. */
function settleAddress(form) {
  const { editUrl } = form.dataset;
  if (location.pathname !== editUrl) history.replaceState(null, "", editUrl);
}

/** Reads revision and CSRF token from the page as the server has it now, then saves what stands here. */
async function again(form, saver) {
  try {
    const response = await fetch(form.dataset.editUrl, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const there = page.querySelector("form[data-autosave]");
    if (!there) return;
    form.elements.csrf.value = there.elements.csrf.value;
    saver.resume({ revision: Number(there.elements.revision.value), csrf: there.elements.csrf.value });
    form.querySelector("[data-save-notice]").replaceChildren();
  } catch {
    say(form, saver, "offline");
  }
}
