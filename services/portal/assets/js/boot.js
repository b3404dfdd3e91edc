// Runs before the first paint, so that large type does not jump in late. Everything else waits in app.js.
const root = document.documentElement;
root.classList.add("js");
try {
  if (localStorage.getItem("tongxin:size") === "large") root.dataset.size = "large";
} catch {
  // Storage may be forbidden; then the page simply opens in normal type.
}
