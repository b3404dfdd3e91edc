// Content comes with the page and again with every htmx swap; whatever sets elements up is told of both.
import htmx from "htmx.org";

/** Calls `setUp(root)` for the page and for each piece that is swapped in later. */
export function onContent(setUp) {
  // htmx tells of the page itself only a moment after it is there: a key pressed at once would find nobody listening.
  setUp(document.body);
  htmx.onLoad((element) => setUp(element));
}

/** The elements under (and including) `root` that match, each one handed out once for a given purpose. */
export function fresh(root, selector, purpose) {
  const found = [...root.querySelectorAll(selector)];
  if (root.matches?.(selector)) found.unshift(root);
  return found.filter((element) => {
    const mark = `ready${purpose}`;
    if (element.dataset[mark]) return false;
    element.dataset[mark] = "1";
    return true;
  });
}
