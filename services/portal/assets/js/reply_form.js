// The reply to a proposal: saves itself while one types. A draft has no versions: the last save counts.
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
    revision: 0,
    csrf: form.elements.csrf.value,
    read: () => readReply(form),
    say: (state, details) => say(form, state, details),
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

function say(form, state, details) {
  sayState(form, state, details);
  if (state === "signed-out") {
    notice(form, "登录已失效。请在新窗口登录，回到本页后会自动继续保存。", [["打开登录页", () => window.open("/login", "_blank", "noopener")]]);
  }
}

/** Reads the session's secret from the page as the server has it now, then saves what stands here. */
async function again(form, saver) {
  try {
    const response = await fetch(form.dataset.editUrl, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const there = page.querySelector("form[data-reply-autosave]");
    if (!there) return;
    form.elements.csrf.value = there.elements.csrf.value;
    saver.resume({ csrf: there.elements.csrf.value });
    form.querySelector("[data-save-notice]").replaceChildren();
  } catch {
    sayState(form, "offline");
  }
}
