// Sends a form with a file and shows how far it is. Without script the same form is sent the plain way.
import { fresh } from "./content.js";
import { problemIn } from "./requests.js";
import { toast } from "./toast.js";

export function uploads(root) {
  for (const form of fresh(root, "form[data-upload]", "Upload")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
    form.querySelector("input[type=file]").addEventListener("change", (event) => showName(form, event.target.files[0]));
  }
}

function showName(form, file) {
  form.querySelector("[data-file-name]").textContent = file ? `${file.name}（${size(file.size)}）` : "";
}

export function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function send(form) {
  const file = form.querySelector("input[type=file]").files[0];
  const most = Number(form.dataset.maxBytes);
  if (file.size > most) {
    toast("danger", `文件 ${size(file.size)}，超过上限 ${size(most)}，请拆分后再导入。`);
    return;
  }
  const request = new XMLHttpRequest();
  const progress = progressOf(form);
  request.upload.addEventListener("progress", (event) => progress.show(event.loaded, event.total));
  request.upload.addEventListener("load", () => progress.wait());
  request.addEventListener("load", () => arrived(request, progress));
  request.addEventListener("error", () => progress.fail("网络中断，文件没有导入，请重试。"));
  request.open("POST", form.action);
  request.send(new FormData(form));
  progress.show(0, 1);
}

/** Sends a body and says how far it is; resolves to `{status, text}`, or `{lost: true}` when the network failed. */
export function sendFile(url, body, progress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => progress(event.total ? event.loaded / event.total : 0));
    request.addEventListener("load", () => resolve({ status: request.status, text: request.responseText }));
    request.addEventListener("error", () => resolve({ lost: true }));
    request.open("POST", url);
    request.setRequestHeader("Accept", "text/html");
    request.send(body);
  });
}

function progressOf(form) {
  const box = form.querySelector("[data-progress]");
  const bar = box.querySelector("progress");
  const words = box.querySelector("output");
  const button = form.querySelector("button[type=submit]");
  box.hidden = false;
  button.disabled = true;
  return {
    show(loaded, total) {
      bar.max = total;
      bar.value = loaded;
      words.textContent = `正在上传 ${Math.floor((loaded / total) * 100)}%`;
    },
    wait() {
      bar.removeAttribute("value");
      words.textContent = "已上传，正在逐行核对…";
    },
    fail(text) {
      box.hidden = true;
      button.disabled = false;
      toast("danger", text);
    },
  };
}

/** The answer is a page: the report when it was taken (after a redirect), the form with its problem when not. */
function arrived(request, progress) {
  if (request.status < 400) {
    location.assign(request.responseURL);
    return;
  }
  progress.fail(problemIn(request.responseText) ?? `导入未成功（${request.status}），请稍后重试。`);
}
