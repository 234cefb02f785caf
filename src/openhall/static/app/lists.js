// Keys for the work list: j and k go from request to request, x ticks, / searches, ? shows the keys. They move the real
// focus, so Enter opens the link as it always does. Never while somebody writes; who does not want them switches them off.
const OFF = "openhall.keys.off";
const list = document.getElementById("list");
const keys = document.getElementById("list-keys");
const dialog = keys?.querySelector("dialog");
const toggle = keys?.querySelector('[data-keys="toggle"]');
const links = list ? [...list.querySelectorAll(".app-list__number a")] : [];

function off() {
  try { return localStorage.getItem(OFF) === "1"; } catch { return false; }
}

function name() {
  if (toggle) toggle.textContent = off() ? toggle.dataset.on : toggle.dataset.off;
}

function step(by) {
  const row = document.activeElement?.closest(".app-list__row");
  const at = row ? links.findIndex((link) => row.contains(link)) : -1;
  const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const DO = {
  j: () => step(1),
  k: () => step(-1),
  x: () => document.activeElement?.closest(".app-list__row")?.querySelector('[name="pick"]')?.click(),
  "/": () => document.getElementById("filter-q")?.focus(),
  "?": () => dialog?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog?.open) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
  if (!Object.hasOwn(DO, event.key) || off()) return;
  event.preventDefault();
  DO[event.key]();
});

keys?.addEventListener("click", (event) => {
  const wish = event.target.closest("[data-keys]")?.dataset.keys;
  if (wish === "open") dialog.showModal();
  if (wish === "close") dialog.close();
  if (wish !== "toggle") return;
  try { off() ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"); } catch { /* kept for no longer than this page */ }
  name();
});

// How many are ticked, said beside the buttons, and a box that ticks them all.
const ticked = document.getElementById("list-ticked");
const all = document.getElementById("list-all");
if (all && ticked) {
  const words = ticked.textContent.trim();
  const boxes = [...list.querySelectorAll('[name="pick"]')];
  const every = all.querySelector("input");
  all.hidden = false;
  ticked.setAttribute("role", "status");
  list.addEventListener("change", (event) => {
    if (event.target === every) for (const box of boxes) box.checked = every.checked;
    const count = boxes.filter((box) => box.checked).length;
    every.checked = count === boxes.length;
    ticked.textContent = count ? `${words} ${count}` : words;
  });
}

if (keys) {
  keys.hidden = false;
  name();
}
