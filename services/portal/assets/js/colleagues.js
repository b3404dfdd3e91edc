// Finds members by a part of their name and keeps who was picked until the invitation is sent, also over a reload.
import { forgetPicked, keepPicked, picked } from "./local_drafts.js";

const PAUSE_MS = 250;

/** Sets up the picker of one form. */
export function picker(box) {
  const field = box.querySelector("#find");
  if (!field) return;
  const { draft, owner, committee } = box.dataset;
  const sectors = JSON.parse(box.dataset.sectors);
  const found = box.querySelector("#found");
  const state = box.querySelector("[data-found-state]");
  const form = box.querySelector("[data-invite]");
  const chosen = new Map(picked(draft, owner).map((one) => [one.person_id, one]));
  const there = new Set([...box.querySelectorAll("[data-part] input[name=persons]")].map((input) => input.value));
  let timer = 0;
  let latest = 0;

  const close = () => {
    found.hidden = true;
    field.setAttribute("aria-expanded", "false");
  };
  const draw = () => {
    form.hidden = chosen.size === 0;
    form.querySelector("[data-picked]").replaceChildren(...[...chosen.values()].map(chip));
    keepPicked(draft, owner, [...chosen.values()]);
  };
  const chip = (one) => {
    const item = document.createElement("li");
    item.className = "picked-one";
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "persons", value: one.person_id });
    const words = document.createElement("span");
    words.textContent = one.name;
    const drop = Object.assign(document.createElement("button"), { type: "button", className: "chip-close", textContent: "×" });
    drop.setAttribute("aria-label", `不邀请${one.name}`);
    drop.addEventListener("click", () => { chosen.delete(one.person_id); draw(); field.focus(); });
    item.append(input, words, drop);
    return item;
  };
  const pick = (one) => {
    if (chosen.size < 10) chosen.set(one.person_id, one);
    else state.textContent = "一次最多邀请 10 位，请先发出邀请。";
    field.value = "";
    close();
    draw();
    field.focus();
  };
  const search = async () => {
    const text = field.value.trim();
    const mine = (latest += 1);
    if (!text) return close();
    try {
      const query = new URLSearchParams({ committee, search: text });
      const answer = await fetch(`/api/v1/members/colleagues?${query}`, { credentials: "same-origin" });
      if (mine !== latest) return;
      if (!answer.ok) throw new Error(String(answer.status));
      const { members } = await answer.json();
      const rest = members.filter((one) => !chosen.has(one.person_id) && !there.has(one.person_id));
      found.replaceChildren(...rest.map((one, index) => option(one, index)));
      found.hidden = rest.length === 0;
      field.setAttribute("aria-expanded", String(rest.length > 0));
      state.textContent = rest.length ? "" : "没有查到在任委员，请换一个字试试。";
    } catch {
      state.textContent = "暂时查不到，请检查网络后再试；已选好的委员不会丢失。";
    }
  };
  const option = (one, index) => {
    const item = document.createElement("li");
    item.id = `found-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.textContent = `${one.name}（${sectors[one.sector] ?? ""}）`;
    item.addEventListener("mousedown", (event) => event.preventDefault());
    item.addEventListener("click", () => pick(one));
    return item;
  };
  const move = (by) => {
    const options = [...found.children];
    if (found.hidden || options.length === 0) return;
    const at = options.findIndex((item) => item.getAttribute("aria-selected") === "true");
    const next = options[(at + by + options.length) % options.length];
    for (const item of options) item.setAttribute("aria-selected", String(item === next));
    field.setAttribute("aria-activedescendant", next.id);
  };
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, PAUSE_MS); });
  field.addEventListener("blur", () => setTimeout(close, 150));
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      close();
    } else if (event.key === "Enter") {
      event.preventDefault();
      (found.querySelector("[aria-selected=true]") ?? (found.hidden ? null : found.firstElementChild))?.click();
    }
  });
  box.addEventListener("part:done", (event) => {
    if (event.target === form) forgetPicked(draft);
  });
  if (chosen.size > 0) draw();
}
