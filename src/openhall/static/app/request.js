// The request page made quicker: an act opens where it stands, an earlier answer goes into the text that is being
// written, and nobody leaves typed text behind unasked. Without this file links do the same by loading the page again.
const field = (act) => document.querySelector(`#act-${act} textarea[name=text], #act-${act} textarea[name=reply]`);

const open = (act) => {
  const place = document.getElementById(`act-${act}`);
  if (!place || place instanceof HTMLAnchorElement) return null; // its form comes with the next page
  if (place instanceof HTMLDetailsElement) place.open = true;
  place.scrollIntoView({ block: "start" });
  place.querySelector("textarea, select, input:not([type=hidden]), button")?.focus({ preventScroll: true });
  return place;
};

const take = (link) => {
  const key = link.dataset.take;
  const act = new URLSearchParams(link.search).get("act");
  const box = field(act);
  const text = document.querySelector(`[data-text="${CSS.escape(key)}"]`);
  if (!box || !text) return false;
  box.value = [box.value.trim(), text.innerText.trim()].filter(Boolean).join("\n\n");
  const [kind, id] = key.split("-");
  const took = document.querySelector(`#act-${act} input[name=took]`);
  if (kind === "article" && took) took.value = [...new Set([...took.value.split(",").filter(Boolean), id])].join(",");
  box.dispatchEvent(new Event("input", { bubbles: true }));
  open(act);
  box.focus();
  return true;
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-act], a[data-take]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.dataset.take ? take(link) : open(link.dataset.act)) event.preventDefault();
});

let typed = false;
document.addEventListener("input", (event) => { if (event.target.closest(".app-act__form")) typed = true; });
document.addEventListener("submit", () => { typed = false; });
window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
