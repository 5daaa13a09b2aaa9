// Words ages and distances on the device, so that a page is the same for everybody and true at any moment; and wires what
// only a script can do. Every page is whole without it.

const say = JSON.parse(document.body.dataset.words)
const locale = `${document.documentElement.lang.replace("en", "en-GB")}-u-nu-latn` // «22 November», as on the server
const ago = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" })
const all = (selector, root = document) => root.querySelectorAll(selector)
const fill = (sentence, facts) => sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name])
const make = (tag, textContent, more) => Object.assign(document.createElement(tag), { textContent }, more)
const write = (element, words) => { if (element.textContent !== words) element.textContent = words }

// Ages: «12 min fa», then the day.

const MINUTE = 60_000
const midnight = (time) => new Date(time).setHours(0, 0, 0, 0)

function age(then, now = Date.now()) {
  const minutes = Math.floor((now - then) / MINUTE)
  if (minutes < 1) return say.now
  if (minutes < 60) return ago.format(-minutes, "minute")
  const days = Math.round((midnight(now) - midnight(then)) / (1440 * MINUTE))
  if (days < 2) return ago.format(-days, "day")
  const year = days > 300 ? "numeric" : undefined
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year }).format(then)
}

// Distances: from the centre of a cell to the centre of another, in the steps of spaces/location.py, which come with the page.

const isFine = (cell) => cell[1] === "9" // the second digit of an H3 index is its resolution

function metres(a, b) {
  const [lat1, lon1, lat2, lon2] = [a.lat, a.lon, b.lat, b.lon].map((degrees) => degrees * Math.PI / 180)
  const h = Math.sin((lat2 - lat1) / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin((lon2 - lon1) / 2) ** 2
  return 12_742_000 * Math.asin(Math.sqrt(h))
}

function distance(from, to) {
  if (from.near === to.cell) return say.same
  const close = to.precision === "space" || (isFine(from.near) && isFine(to.cell))
  const step = say.steps.slice(close ? 0 : 1).find(([limit]) => metres(from, to) < limit)
  return step ? step[1] : say.far
}

function word(root = document) {
  for (const time of all("time[data-age]", root)) write(time, age(Date.parse(time.dateTime)))
  const here = document.querySelector("[data-near]")
  if (!here) return
  for (const there of all("[data-cell]", root)) {
    const line = there.querySelector("[data-where]")
    if (!line || line.dataset.where || ["city", "neighbourhood"].includes(there.dataset.precision)) continue
    line.dataset.where = distance(here.dataset, there.dataset)
    line.prepend(make("bdi", line.dataset.where), say.comma)
  }
}

// What is one's own comes as a fragment of its own, so that the page around it stays everybody's.

async function fetchMine() {
  if (!document.cookie.includes("filo_in=1")) return
  for (const place of all("[data-mine]")) {
    place.hidden = false // at once, so that nothing moves when it comes
    const answer = await fetch(place.dataset.mine)
    const words = answer.ok && !answer.redirected ? await answer.text() : ""
    if (words.trim()) place.lastElementChild.innerHTML = words
    word(place)
  }
}

// No network: say it, and of when this page is.

function showOffline() {
  const notice = document.getElementById("offline")
  const kept = document.body.dataset.kept // written by the service worker into what it kept
  const then = kept ? Date.parse(kept) : performance.timeOrigin
  const time = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit", hourCycle: "h23" }).format(then)
  const rest = fill("keep" in document.body.dataset ? say.kept : say.page, { time, ago: age(Math.min(then, Date.now() - MINUTE)) })
  notice.querySelector("p").replaceChildren(make("strong", say.offline), " ", rest)
  notice.hidden = false
}

function showOnline() {
  const again = make("a", say.again, { href: location.href })
  document.querySelector("#offline p").replaceChildren(`${say.back} `, again)
}

// The look, kept on the device.

function wear(theme) {
  const { dataset } = document.documentElement
  if (theme) dataset.theme = theme
  else delete dataset.theme
  for (const button of all("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", button.dataset.themeChoice === theme)
  }
}

addEventListener("click", (event) => {
  const look = event.target.closest("[data-theme-choice]")
  if (look) {
    localStorage.setItem("theme", look.dataset.themeChoice)
    wear(look.dataset.themeChoice)
  }
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false
})
addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]")
  if (menu) {
    menu.open = false
    menu.querySelector("summary").focus()
  }
})
// Addresses stay short: a filter left empty does not enter them.
addEventListener("submit", ({ target }) => {
  if (target.id === "filters") for (const input of all("input, select", target)) input.disabled = !input.value
})
// htmx has put a board, or more of it, in the place of the old one.
addEventListener("htmx:afterSettle", ({ target }) => {
  word()
  const board = document.getElementById("board")
  if (board) write(document.getElementById("said"), board.dataset.said)
  // What had the focus is gone: it goes on to the first new card, or stays among the filters.
  const next = target.closest("#posts > li")?.querySelector("h2 a") ?? document.getElementById("to-filters")
  if (document.activeElement === document.body) next?.focus({ preventScroll: true })
})
addEventListener("offline", showOffline)
addEventListener("online", showOnline)

word()
setInterval(word, MINUTE)
wear(document.documentElement.dataset.theme ?? "")
document.querySelector("[data-focus]")?.focus()
if (document.body.dataset.kept || !navigator.onLine) showOffline()
fetchMine()
navigator.serviceWorker?.register("/sw.js")
