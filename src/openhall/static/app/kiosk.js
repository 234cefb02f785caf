// The tablet: answers go into a queue in the browser first and from there to the hall, so that a lost connection, a
// reload or a closed lid loses none; each carries a key, so that none counts twice. Without this file the form works
// as an ordinary one.
const form = document.getElementById("answer");
const { kiosk, api, language, home } = form.dataset;
const view = { form: document.getElementById("kiosk-form"), thanks: document.getElementById("kiosk-thanks") };
const THANKS = 10_000, ASLEEP = 90_000, CLEARED = 30_000, PATIENCE = 8_000, SOON = 5_000, LATE = 300_000; // milliseconds
let token = form.elements.csrfmiddlewaretoken.value;
let begun = Date.now();

// -- the queue ------------------------------------------------------------------------------------------------------

const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open("openhall-kiosk", 1);
  request.onupgradeneeded = () => ["waiting", "refused"].forEach((name) => request.result.createObjectStore(name, { keyPath: "once" }));
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function store(name, mode, work) {
  const database = await opened;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(name, mode);
    const request = work(transaction.objectStore(name));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

const put = (name, entry) => store(name, "readwrite", (box) => box.put(entry));
const remove = (name, once) => store(name, "readwrite", (box) => box.delete(once));
const all = (name) => store(name, "readonly", (box) => box.getAll());
const size = (name) => store(name, "readonly", (box) => box.count());

async function indicate() {
  const line = document.getElementById("kiosk-waiting");
  const said = [];
  for (const name of ["waiting", "refused"]) {
    const n = await size(name);
    line.dataset[name] = n;
    if (n) said.push(form.dataset[name].replace("{n}", n));
  }
  line.textContent = said.join(" · ");
  line.hidden = !said.length;
}

// -- sending --------------------------------------------------------------------------------------------------------

async function post(entry) {
  return fetch(api, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token, "Accept-Language": language },
    body: JSON.stringify(entry),
    signal: AbortSignal.timeout(PATIENCE),
  });
}

// The page kept for offline use may carry a token that is out of date: take one from a fresh page.
async function renew() {
  const page = await fetch(location.pathname, { cache: "reload", signal: AbortSignal.timeout(PATIENCE) });
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[name=csrfmiddlewaretoken]");
  if (fresh) token = fresh.value;
}

// "stored", "later" (no connection, or the hall is busy), or the hall's refusal as an object.
async function send(entry) {
  let answer;
  try {
    answer = await post(entry);
    if (answer.status === 403) {
      await renew();
      answer = await post(entry);
    }
  } catch {
    return "later";
  }
  if (answer.ok) return (await answer.json().catch(() => ({}))).stored ? "stored" : "later"; // a Wi-Fi's own page is no hall
  if (answer.status === 403 || answer.status === 429 || answer.status >= 500) return "later";
  return answer.json().catch(() => ({ problems: [], message: "" }));
}

let wait = SOON, timer, flushing = false;

async function flush() {
  if (flushing) return;
  flushing = true;
  clearTimeout(timer);
  let later = false;
  for (const entry of await all("waiting")) {
    const result = await send(entry);
    if (result === "later") {
      later = true;
      break;
    }
    if (result !== "stored") await put("refused", entry); // nobody is there to ask any more: kept, counted, shown
    await remove("waiting", entry.once);
  }
  flushing = false;
  await indicate();
  wait = later ? Math.min(wait * 2, LATE) : SOON;
  if (later) timer = setTimeout(flush, wait);
}

// -- the form -------------------------------------------------------------------------------------------------------

function key() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function given() {
  const names = new Set([...form.querySelectorAll("[data-question] [name]")].map((field) => field.name));
  const data = new FormData(form);
  return Object.fromEntries([...names].map((name) => [name, data.getAll(name)]).filter(([, values]) => values.length));
}

function fault(question) {
  const fields = [...question.querySelectorAll("input, textarea")];
  const filled = fields.some((field) => ("radio checkbox".includes(field.type) ? field.checked : field.value.trim() !== ""));
  const wrong = fields.some((field) => {
    const { minimum, maximum } = field.dataset;
    return !field.validity.valid || (field.value.trim() && ((minimum && +field.value < +minimum) || (maximum && +field.value > +maximum)));
  });
  if (wrong) return form.dataset.wrong;
  return !filled && "needed" in question.dataset ? form.dataset.missing : "";
}

function faults() {
  return [...form.querySelectorAll("[data-question]")]
    .map((question) => [question, fault(question)])
    .filter(([, text]) => text)
    .map(([question, text]) => [question.querySelector("input, textarea").id, text.replace("{number}", question.dataset.question)]);
}

function complain(list) {
  const box = document.createElement("div");
  box.className = "govuk-error-summary";
  box.tabIndex = -1;
  const inner = document.createElement("div");
  inner.setAttribute("role", "alert");
  const title = document.createElement("h2");
  title.className = "govuk-error-summary__title";
  title.textContent = form.dataset.problem;
  const items = document.createElement("ul");
  items.className = "govuk-list govuk-error-summary__list";
  for (const [id, text] of list) {
    const item = document.createElement("li");
    const link = document.createElement(id ? "a" : "span");
    if (id) link.href = `#${id}`;
    link.textContent = text;
    item.append(link);
    items.append(item);
  }
  inner.append(title, items);
  box.append(inner);
  document.getElementById("kiosk-errors").replaceChildren(box);
  form.querySelectorAll(".app-question--error").forEach((question) => question.classList.remove("app-question--error"));
  list.forEach(([id]) => id && document.getElementById(id)?.closest(".app-question").classList.add("app-question--error"));
  box.focus();
}

let handing = false; // a second tap while the first is on its way is no second answer

form.addEventListener("submit", async (event) => {
  if (!window.indexedDB) return;
  event.preventDefault();
  if (handing) return;
  const list = faults();
  if (list.length) {
    complain(list);
    return;
  }
  handing = true;
  await hand().finally(() => { handing = false; });
});

async function hand() {
  const seconds = Math.round((Date.now() - begun) / 1000);
  const entry = { kiosk, once: key(), language, seconds, answers: given() };
  try {
    await put("waiting", entry);
  } catch {
    form.elements._once.value = entry.once; // the page's own may be that of an earlier visitor, kept for offline use
    form.submit(); // no queue in this browser: the ordinary way
    return;
  }
  const result = await send(entry);
  if (result === "later") {
    wait = SOON;
    clearTimeout(timer);
    timer = setTimeout(flush, wait);
  } else {
    await remove("waiting", entry.once);
  }
  if (typeof result === "object") {
    const told = result.problems?.map(({ question, message }) => [document.getElementsByName(question)[0]?.id, message]) ?? [];
    complain(told.length ? told : [["", result.message || form.dataset.failed]]);
  } else {
    thank();
  }
  await indicate();
}

// -- the next visitor -----------------------------------------------------------------------------------------------

let leaving;

function thank() {
  form.reset();
  view.form.hidden = true;
  view.thanks.hidden = false;
  window.scrollTo(0, 0);
  view.thanks.focus();
  leaving = setTimeout(next, THANKS);
}

// A blank form in the hall's own language. The page itself is drawn anew only where the language must change.
function next() {
  clearTimeout(leaving);
  form.reset();
  if (!home.endsWith(`lang=${language}`)) {
    location.replace(home);
    return;
  }
  document.getElementById("kiosk-errors").replaceChildren();
  form.querySelectorAll(".app-question--error").forEach((question) => question.classList.remove("app-question--error"));
  view.thanks.hidden = true;
  view.form.hidden = false;
  begun = Date.now();
  window.scrollTo(0, 0);
}

document.getElementById("kiosk-next").addEventListener("click", (event) => {
  event.preventDefault();
  next();
});

const asleep = document.getElementById("kiosk-asleep");
let idle, clearing;

function touched() {
  clearTimeout(idle);
  clearTimeout(clearing);
  if (asleep.open) asleep.close();
  idle = setTimeout(() => {
    if (view.form.hidden || !Object.values(given()).flat().some((value) => value.trim())) {
      if (!view.form.hidden && !home.endsWith(`lang=${language}`)) next();
      return;
    }
    asleep.showModal();
    clearing = setTimeout(() => {
      asleep.close();
      next();
    }, CLEARED);
  }, ASLEEP);
}

["pointerdown", "keydown", "input", "scroll"].forEach((kind) => addEventListener(kind, touched, { passive: true }));
document.getElementById("kiosk-awake").addEventListener("click", touched);
touched();

// -- offline --------------------------------------------------------------------------------------------------------

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register(form.dataset.worker, { scope: "/k/" }).then(async () => {
    const ready = await navigator.serviceWorker.ready;
    const assets = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src], img[src]")].map((part) => part.href || part.src);
    // this page last: asking for the other language sets the cookie that remembers it
    const pages = form.dataset.pages.split(" ").filter(Boolean);
    pages.sort((one, other) => one.endsWith(`lang=${language}`) - other.endsWith(`lang=${language}`));
    ready.active.postMessage({ pages, assets });
  }).catch(() => {}); // only a secure address may have one: https, or this machine itself
}

addEventListener("online", flush);
indicate().then(flush).catch(() => {});
