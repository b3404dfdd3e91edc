// The frame of every page: large type, the menu on a phone, menus that close when one clicks elsewhere.

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-toggle-size], [data-toggle-nav], [data-reveal], [data-print]");
  closeOtherMenus(event.target);
  if (!target) return;
  if ("toggleSize" in target.dataset) toggleSize();
  if ("toggleNav" in target.dataset) showNav(!document.body.classList.contains("nav-open"));
  if ("reveal" in target.dataset) reveal(target);
  if ("print" in target.dataset) window.print();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (document.body.classList.contains("nav-open")) {
    showNav(false);
    document.querySelector("button[data-toggle-nav]")?.focus();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

function toggleSize() {
  const root = document.documentElement;
  const large = root.dataset.size !== "large";
  if (large) root.dataset.size = "large";
  else delete root.dataset.size;
  try {
    localStorage.setItem("tongxin:size", large ? "large" : "normal");
  } catch {
    // It still holds for this page.
  }
  markSize();
}

function markSize() {
  const large = document.documentElement.dataset.size === "large";
  for (const button of document.querySelectorAll("[data-toggle-size]")) button.setAttribute("aria-pressed", String(large));
}

function showNav(open) {
  document.body.classList.toggle("nav-open", open);
  for (const button of document.querySelectorAll("button[data-toggle-nav]")) {
    button.setAttribute("aria-expanded", String(open));
  }
  if (open) document.querySelector(".sidebar a")?.focus();
}

function reveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.textContent = shown ? "显示" : "隐藏";
  button.setAttribute("aria-label", button.textContent + button.dataset.of);
}

function closeOtherMenus(clicked) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(clicked)) menu.open = false;
  }
}

// A field with data-submit sends its form at once; without script there is a button beside it.
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-submit], input[data-submit]")) event.target.form.requestSubmit();
});

markSize();
