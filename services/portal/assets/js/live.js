// Hints over server-sent events: a frame says that something changed, never what. Whatever shows that kind asks again.
import htmx from "htmx.org";

const GATHER_MS = 250;
const address = document.querySelector('meta[name="tongxin-live"]')?.content;

if (address && "EventSource" in window && document.querySelector("[data-live]")) listen(address);

function listen(url) {
  const source = new EventSource(url);
  const kinds = new Set();
  let waiting = 0;
  let missed = false;

  const later = () => {
    waiting ||= setTimeout(() => { waiting = 0; refresh([...kinds]); kinds.clear(); }, GATHER_MS);
  };
  source.addEventListener("message", (event) => {
    kinds.add(JSON.parse(event.data).kind);
    later();
  });
  source.addEventListener("error", () => { missed = true; });
  // While the line was down hints were lost: everything asks again.
  source.addEventListener("open", () => {
    if (missed) refresh(null);
    missed = false;
  });
}

/** Refreshes what shows one of the kinds, all of it for null; leaves alone where somebody is typing. */
function refresh(kinds) {
  for (const element of document.querySelectorAll("[data-live]")) {
    const shown = element.dataset.live.split(" ");
    const typing = element.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
    if (!typing && (kinds === null || kinds.some((kind) => shown.includes(kind)))) htmx.trigger(element, "live-refresh");
  }
}
