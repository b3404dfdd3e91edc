// What a form that saves itself says about how it stands.

const WORDS = {
  saving: () => "正在保存…",
  saved: ({ at }) => `已保存 ${clock(at)}`,
  offline: () => "未联网，已存在本机，恢复后自动上传",
  busy: () => "系统繁忙，已存在本机，稍后自动上传",
  unsafe: () => "未联网，且本机无法暂存，请不要关闭本页",
  "signed-out": () => "登录已失效，内容已存在本机，请重新登录后继续",
  clash: () => "这份内容在别处被修改过，本页内容已存在本机",
  refused: ({ title }) => `未能保存：${title ?? "内容不符合要求"}。内容已存在本机`,
};
const TONES = { saving: "busy", saved: "good" };

/** Says how saving stands, in the page's line for it. */
export function sayState(form, state, details = {}) {
  form.dataset.standing = state;
  const line = document.querySelector("[data-save-state]");
  line.textContent = WORDS[state](details);
  line.dataset.tone = TONES[state] ?? "warn";
}

/** Something one should know, above the form, with what one can do about it. */
export function notice(form, text, choices) {
  const place = form.querySelector("[data-save-notice]");
  const box = document.createElement("div");
  box.className = "alert alert-warning save-notice";
  box.setAttribute("role", "alert");
  const words = document.createElement("span");
  words.textContent = text;
  box.append(words);
  for (const [label, run] of choices) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = label;
    button.addEventListener("click", () => { box.remove(); run(); });
    box.append(button);
  }
  place.replaceChildren(box);
}

/** The time of day in China. */
export function clock(moment) {
  return new Date(moment).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
}
