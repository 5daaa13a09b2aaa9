// «Usa la mia posizione»: the point goes to our own door once and comes back as a cell; only the cell enters an address.

async function position() {
  const options = { maximumAge: 10 * MINUTE, timeout: 15_000 }
  const place = await new Promise((found, failed) => navigator.geolocation.getCurrentPosition(found, failed, options))
  return { lat: place.coords.latitude, lon: place.coords.longitude }
}

async function cellHere() {
  const body = JSON.stringify({ ...(await position()), city: document.body.dataset.city })
  const headers = { "content-type": "application/json" }
  const answer = await fetch("/cells", { method: "POST", headers, body, credentials: "omit" })
  if (!answer.ok) throw new Error(answer.status)
  return (await answer.json()).cell
}

async function usePosition(button) {
  button.setAttribute("aria-busy", "true")
  try {
    choose(button, await cellHere())
  } catch (problem) {
    if (button.href) location.assign(button.href.replace("#zona", "code" in problem ? "#zona-ignota" : "#zona-lontana"))
    else write(button.querySelector("span") ?? button, "code" in problem ? say.noPosition : say.farAway)
  }
  button.removeAttribute("aria-busy")
}

function choose(button, cell) {
  const select = document.getElementById(button.dataset.position)
  if (select) {
    if (![...select.options].some((option) => option.value === cell)) select.add(new Option(say.mine, cell))
    select.value = cell
    return select.focus()
  }
  const address = new URL(location)
  address.searchParams.delete("cursor")
  address.searchParams.set("near", cell)
  location.assign(address)
}

// The nearest cities first: reckoned here, the point does not even leave the device.
async function sortByNearness(button) {
  const list = document.getElementById(button.dataset.nearest)
  try {
    const here = await position()
    const rows = [...list.children].map((row) => [metres(here, row.dataset), row]).sort((a, b) => a[0] - b[0])
    list.append(...rows.map(([, row]) => row))
    list.querySelector("a").focus()
  } catch {
    write(button.querySelector("span"), say.noPosition)
  }
}

addEventListener("click", (event) => {
  const button = event.target.closest("[data-position], [data-nearest]")
  if (!button || !navigator.geolocation) return
  event.preventDefault()
  if (button.dataset.nearest) sortByNearness(button)
  else usePosition(button)
})

// Whoever comes back finds their city first; where Filò is installed it opens at once.
try {
  const { city } = document.body.dataset
  if (city) localStorage.setItem("city", city)
  const known = document.querySelector(`#cities [data-city="${localStorage.getItem("city")}"]`)
  known?.parentElement.prepend(known)
  const justOpened = history.length === 1 && matchMedia("(display-mode: standalone)").matches
  if (known && justOpened) location.replace(known.querySelector("a").href)
} catch { /* a browser that keeps nothing */ }
