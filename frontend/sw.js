// Keeps what is needed to read the last board without a network: its page as everybody sees it, sheets, scripts, letters and
// drawings. Never a page of one person, never a post, never anything sent. VERSION, FILES and OFFLINE stand above.

const BOARDS = "filo-boards"
const MOST = 8 // boards kept

addEventListener("install", (event) => event.waitUntil(prepare()))
addEventListener("activate", (event) => event.waitUntil(tidy()))
addEventListener("fetch", (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== "GET" || url.origin !== location.origin) return
  if (FILES.includes(url.pathname) || url.pathname.endsWith(".woff2")) event.respondWith(file(request))
  else if (request.mode === "navigate") event.respondWith(page(request, event))
})

async function prepare() {
  const cache = await caches.open(VERSION)
  await cache.addAll([...FILES, ...OFFLINE])
  await skipWaiting()
}

async function tidy() {
  for (const name of await caches.keys()) if (name !== VERSION && name !== BOARDS) await caches.delete(name)
  await clients.claim()
}

async function file(request) {
  const kept = await caches.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) (await caches.open(VERSION)).put(request, answer.clone())
  return answer
}

async function page(request, event) {
  try {
    const answer = await fetch(request)
    if (answer.ok && !answer.redirected) event.waitUntil(keep(request, answer.clone()))
    return answer
  } catch {
    return (await keptBoard(request)) ?? (await offlinePage(request))
  }
}

// A board says of itself that it may be kept: nobody's session had a part in it.
async function keep(request, answer) {
  const text = await answer.text()
  if (!/<body[^>]* data-keep/.test(text)) return
  const cache = await caches.open(BOARDS)
  await cache.delete(request) // so that the newest stands last
  const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": policy(answer) }
  const at = new Date().toISOString()
  await cache.put(request, new Response(text.replace("<body ", `<body data-kept="${at}" `), { headers }))
  const keys = await cache.keys()
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST))) await cache.delete(old)
}

const policy = (answer) => answer.headers.get("content-security-policy") ?? "default-src 'self'"

// The very board that was asked for; for the way in, or another state of that city's board, the last one seen.
async function keptBoard(request) {
  const cache = await caches.open(BOARDS)
  const exact = await cache.match(request)
  if (exact) return exact
  const asked = new URL(request.url).pathname
  const isWayIn = asked.split("/").filter(Boolean).length < 2
  const last = (await cache.keys()).reverse().find(({ url }) => isWayIn || new URL(url).pathname === asked)
  return last && cache.match(last)
}

async function offlinePage(request) {
  const language = new URL(request.url).pathname.split("/")[1]
  const path = OFFLINE.find((page) => page.startsWith(`/${language}/`)) ?? OFFLINE[0]
  return caches.match(path)
}
