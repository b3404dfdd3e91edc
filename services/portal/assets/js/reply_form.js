// The reply to a proposal: saves itself while one types. Several handlers may write it: whoever comes second sees both.
import { Autosave } from "./autosave.js";
import { fresh } from "./content.js";
import { forget, kept } from "./local_drafts.js";
import { notice, sayState } from "./save_state.js";

export function replyForms(root) {
  for (const form of fresh(root, "form[data-reply-autosave]", "ReplyAutosave")) setUp(form);
}

function setUp(form) {
  const { replyAutosave: url, draft: draftId, owner } = form.dataset;
  const saver = new Autosave({
    url,
    draftId,
    owner,
    kind: "reply",
    revision: Number(form.elements.revision.value),
    csrf: form.elements.csrf.value,
    read: () => readReply(form),
    say: (state, details) => say(form, saver, state, details),
  });
  form.addEventListener("input", () => saver.changed());
  form.addEventListener("submit", () => saver.stop());
  window.addEventListener("beforeunload", (event) => {
    if (saver.unsafe && saver.dirty && !saver.stopped) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && form.dataset.standing === "signed-out") again(form, saver);
  });
  const own = kept(draftId, owner);
  if (!own) return;
  if (JSON.stringify(own.text) === JSON.stringify(readReply(form))) {
    // It arrived with the form itself; kept longer it could one day overwrite what a colleague wrote since.
    forget(draftId);
    return;
  }
  if (own.revision !== saver.revision) {
    // A colleague saved since: whose text goes on is for a person to say.
    notice(form, "本机有一份未上传的答复稿；此后有同事保存过，页面上是同事的那一份。", [
      ["改用本机的内容", () => { fill(form, own.text); saver.changed(); }],
      ["丢弃本机的内容", () => forget(draftId)],
    ]);
    showOther(form, own.text, "本机未上传的那一份");
    return;
  }
  fill(form, own.text);
  saver.changed();
  notice(form, "已恢复上次未能上传的答复稿，正在保存。", []);
}

function lines(form) {
  return [...form.querySelectorAll("[data-reply-line]")];
}

function readReply(form) {
  return {
    opening: form.elements.opening.value,
    lines: lines(form).map((line) => ({
      text: line.querySelector("textarea").value,
      reply_class: line.querySelector("[type=radio]:checked")?.value ?? null,
      promised_by: line.querySelector("[type=date]").value || null,
    })),
    closing: form.elements.closing.value,
  };
}

function fill(form, reply) {
  for (const name of ["opening", "closing"]) form.elements[name].value = reply[name] ?? "";
  lines(form).forEach((line, place) => {
    const said = reply.lines?.[place];
    if (!said) return;
    line.querySelector("textarea").value = said.text ?? "";
    line.querySelector("[type=date]").value = said.promised_by ?? "";
    for (const choice of line.querySelectorAll("[type=radio]")) choice.checked = choice.value === said.reply_class;
  });
}

function say(form, saver, state, details = {}) {
  sayState(form, state, details);
  if (state === "saved") form.elements.revision.value = details.revision;
  if (state === "clash") clash(form, saver);
  if (state === "signed-out") {
    notice(form, "登录已失效。请在新窗口登录，回到本页后会自动继续保存。", [["打开登录页", () => window.open("/login", "_blank", "noopener")]]);
  }
}

/** Both texts, and what one can do; until somebody says, nothing is saved over the other. */
async function clash(form, saver) {
  const there = await onServer(form);
  notice(form, "同事（或您在另一个窗口）保存过这份答复。下面是那一份，表单里是您写的。", [
    ["以我的表单为准", () => again(form, saver)],
    ["改用那一份", () => { forget(form.dataset.draft); location.assign(form.dataset.editUrl); }],
  ]);
  if (there) showOther(form, readReply(there), "同事保存的那一份");
}

function showOther(form, reply, label) {
  const box = document.createElement("details");
  box.open = true;
  const summary = document.createElement("summary");
  summary.textContent = label;
  box.append(summary);
  for (const text of [reply.opening, ...reply.lines.map((line, place) => `${place + 1}．${line.text}`), reply.closing]) {
    const words = document.createElement("p");
    words.textContent = text;
    box.append(words);
  }
  form.querySelector("[data-save-notice]").append(box);
}

/** The form as the server has it now. */
async function onServer(form) {
  try {
    const response = await fetch(form.dataset.editUrl, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.querySelector("form[data-reply-autosave]");
  } catch {
    return null;
  }
}

/** Takes the session's secret from the page as the server has it now, then saves what stands here. */
async function again(form, saver) {
  const there = await onServer(form);
  if (!there) return sayState(form, "offline");
  form.elements.csrf.value = there.elements.csrf.value;
  // Signed in again is no reason to save over a colleague: only who saw both takes the newer revision.
  const compared = form.dataset.standing === "clash";
  saver.resume({ csrf: there.elements.csrf.value, revision: compared ? Number(there.elements.revision.value) : undefined });
  form.querySelector("[data-save-notice]").replaceChildren();
}
