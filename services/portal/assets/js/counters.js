// Shows while typing how many characters there are and how many there may be. The owner checks again when it is handed in.
import { fresh } from "./content.js";

const segmenter = "Segmenter" in Intl ? new Intl.Segmenter("zh", { granularity: "grapheme" }) : null;

/** How many characters a person sees: 𠮷 and a family emoji are one each. */
export function visibleLength(text) {
  if (!segmenter) return [...text].length;
  let length = 0;
  for (const _ of segmenter.segment(text)) length += 1;
  return length;
}

export function counters(root) {
  for (const field of fresh(root, "[data-limit]", "Counter")) {
    const show = () => render(field);
    field.addEventListener("input", show);
    show();
  }
}

function render(field) {
  const counter = document.getElementById(`${field.id}-count`);
  if (!counter) return;
  const limit = Number(field.dataset.limit);
  const length = visibleLength(field.value.trim());
  const over = length - limit;
  counter.textContent = over > 0 ? `${length} / ${limit} 字，超出 ${over} 字` : `${length} / ${limit} 字`;
  counter.classList.toggle("is-over", over > 0);
  counter.classList.toggle("is-near", over <= 0 && length > limit * 0.9);
}
