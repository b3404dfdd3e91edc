// What happens when a request that htmx makes fails: the person is told, and what stands on the page stays.
import { toast } from "./toast.js";

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 401) {
    toast("warning", "登录已失效，请重新登录。", { label: "去登录", run: () => location.assign("/login") });
    return;
  }
  toast("danger", problemIn(xhr.responseText) ?? `请求未成功（${xhr.status}），请稍后重试。`);
});

document.addEventListener("htmx:sendError", () => toast("warning", "网络连接中断，页面内容可能不是最新的。"));
document.addEventListener("htmx:timeout", () => toast("warning", "系统响应较慢，请稍后重试。"));

/** The problem's words, from RFC 9457 JSON or from a problem page; null when it is neither. */
export function problemIn(body) {
  try {
    const problem = JSON.parse(body);
    const errors = (problem.errors ?? []).map((error) => error.message);
    return [problem.title, problem.detail, ...errors].filter(Boolean).join("；") || null;
  } catch {
    const page = new DOMParser().parseFromString(body, "text/html");
    return page.querySelector("[data-problem-title]")?.textContent.trim() ?? null;
  }
}
