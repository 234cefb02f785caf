// Keeps the tablet's page, in each language, and what it is made of, so that it opens without a connection. Answers are
// no business of this worker: they wait in the page's own queue.
const KEPT = "openhall-kiosk-1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const { pages, assets } = event.data;
  event.waitUntil((async () => {
    const kept = await caches.open(KEPT);
    const wanted = new Set([...pages, ...assets].map((address) => new URL(address, self.location).href));
    for (const old of await kept.keys()) if (!wanted.has(old.url)) await kept.delete(old);
    for (const address of [...assets, ...pages]) {
      try {
        const answer = await fetch(address, { cache: "reload", redirect: "error" });
        if (answer.ok) await kept.put(address, answer);
      } catch {
        return; // no connection now: what was kept before stays
      }
    }
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(request.mode === "navigate" ? page(request) : asset(request));
});

// From the hall where it answers, else as kept: in the language asked for, else in any.
async function page(request) {
  try {
    return await fetch(request);
  } catch (lost) {
    const kept = await caches.open(KEPT);
    return (await kept.match(request)) ?? (await kept.match(request, { ignoreSearch: true })) ?? Promise.reject(lost);
  }
}

async function asset(request) {
  try {
    return await fetch(request);
  } catch (lost) {
    return (await caches.match(request)) ?? Promise.reject(lost);
  }
}
