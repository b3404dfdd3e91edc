// Co-proposers and files of a draft: changes go through without leaving the text, and survive a cut connection.
//
// Before anything is sent the text is saved, so that co-proposers are asked to sign what stands here. A change without
// an answer is sent again as it was, with the same command id, when the network is back.
import { ask } from "./confirm.js";
import { fresh } from "./content.js";
import { picker } from "./colleagues.js";
import { saverOf } from "./proposal_form.js";
import { problemIn } from "./requests.js";
import { toast } from "./toast.js";
import { sendFile, size } from "./upload.js";

const RETRY_MS = 5000;
const waiting = []; // files that are not there yet, in their order
let sending = false;

export function together(root) {
  for (const box of fresh(root, "[data-together]", "Together")) setUp(box);
}

function setUp(box) {
  for (const form of box.querySelectorAll("form[data-part]")) {
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      event.preventDefault();
      change(box, form);
    });
  }
  picker(box);
  const attach = box.querySelector("[data-attach]");
  attach?.querySelector("input[type=file]").addEventListener("change", (event) => {
    take(attach, [...event.target.files]);
    event.target.value = "";
  });
  showFiles(box);
}

/** Sends one form and puts the answer's part in place of this one. */
async function change(box, form) {
  if (form.dataset.sending) return;
  form.dataset.sending = "1";
  const body = new URLSearchParams(new FormData(form));
  try {
    await saved();
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, credentials: "same-origin", headers: { Accept: "text/html" } });
    const text = await answer.text();
    if (!answer.ok) {
      toast("danger", problemIn(text) ?? "没有成功，请稍后重试。");
      return;
    }
    form.dispatchEvent(new CustomEvent("part:done", { bubbles: true }));
    replace(text);
  } catch (error) {
    toast("warning", error.message === "empty" ? "请先写好案由再邀请，对方才知道要联名什么。" : "未联网，选好的内容已存在本机，联网后请再点一次。");
  } finally {
    delete form.dataset.sending;
    form.removeAttribute("aria-busy");
  }
}

async function saved() {
  const form = document.getElementById("proposal-form");
  if (form.elements.title.value.trim() === "") throw new Error("empty");
  await saverOf(form)?.settled();
}

function replace(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const there = page.getElementById("together");
  if (!there) return;
  const here = document.getElementById("together");
  const place = document.activeElement?.closest("#files") ? "files" : "joint";
  const within = here.contains(document.activeElement);
  here.replaceWith(document.adoptNode(there));
  together(there.parentElement);
  if (within) document.getElementById(place)?.focus({ preventScroll: true });
}

// --- files ---------------------------------------------------------------------------------------------------------------

function take(form, files) {
  const most = Number(form.dataset.maxBytes);
  const room = Number(form.dataset.room) - waiting.length;
  for (const [index, file] of files.entries()) {
    if (index >= room) {
      toast("warning", `附件个数已满，「${file.name}」没有添加。`);
    } else if (file.size > most) {
      toast("danger", `「${file.name}」${size(file.size)}，超过 ${size(most)}，请压缩或拆分后再添加。`);
    } else {
      waiting.push({ file, id: crypto.randomUUID?.() ?? uuid(), words: "等待上传", share: 0 });
    }
  }
  next();
}

/** One after the other; a file stays in the list until the server has it or says no. */
async function next() {
  showFiles();
  const form = document.querySelector("[data-attach]");
  if (sending || waiting.length === 0 || !form) return;
  sending = true;
  const entry = waiting[0];
  const body = new FormData();
  body.append("csrf", form.elements.csrf.value);
  body.append("command_id", entry.id);
  body.append("file", entry.file);
  const outcome = await sendFile(form.getAttribute("action"), body, (share) => {
    Object.assign(entry, { share, words: share < 1 ? `正在上传 ${Math.floor(share * 100)}%` : "正在核对内容…" });
    showFiles();
  });
  sending = false;
  if (outcome.lost) {
    Object.assign(entry, { share: 0, words: "未联网，恢复后自动上传；请不要关闭本页" });
    showFiles();
    setTimeout(next, RETRY_MS);
    return;
  }
  waiting.shift();
  if (outcome.status < 400) replace(outcome.text);
  else toast("danger", problemIn(outcome.text) ?? `「${entry.file.name}」没有添加成功。`);
  next();
}

function showFiles(box = document.getElementById("together")) {
  const list = box?.querySelector("[data-uploads]");
  if (!list) return;
  list.replaceChildren(...waiting.map(line));
}

function line(entry) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = `${entry.file.name}（${size(entry.file.size)}）`;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = entry.share;
  bar.setAttribute("aria-label", entry.file.name);
  const words = document.createElement("output");
  words.textContent = entry.words;
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "btn btn-sm btn-plain";
  drop.textContent = "取消";
  drop.addEventListener("click", async () => {
    if (waiting.indexOf(entry) === 0 && sending) return toast("info", "正在上传，请稍候再删除。");
    if (!(await ask(`不上传「${entry.file.name}」？`, "不上传"))) return;
    waiting.splice(waiting.indexOf(entry), 1);
    showFiles();
  });
  item.append(name, bar, words, drop);
  return item;
}

window.addEventListener("online", () => next());
window.addEventListener("beforeunload", (event) => {
  if (waiting.length > 0) event.preventDefault();
});

function uuid() {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}
