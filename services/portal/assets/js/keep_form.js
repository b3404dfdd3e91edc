// A form that may take somebody a while: what is chosen and typed stays in this browser until it is sent.
import { fresh } from "./content.js";
import { forget, keep, kept } from "./local_drafts.js";

const OWN = new Set(["csrf", "command_id", "action"]);

export function keptForms(root) {
  for (const sent of fresh(root, "[data-kept-sent]", "KeptSent")) forget(sent.dataset.keptSent);
  for (const form of fresh(root, "form[data-keep]", "Keep")) setUp(form);
}

function setUp(form) {
  const { keep: name, owner } = form.dataset;
  const said = form.querySelector("[data-kept]");
  const before = kept(name, owner);
  if (before) fill(form, before.fields);
  form.addEventListener("input", () => {
    const fields = Object.fromEntries([...new FormData(form)].filter(([field]) => !OWN.has(field)));
    if (keep(name, { owner, at: Date.now(), fields, kind: "form" }) && said) said.hidden = false;
  });
}

function fill(form, fields) {
  for (const [name, value] of Object.entries(fields ?? {})) {
    const field = form.elements[name];
    if (field) field.value = value;
  }
}
