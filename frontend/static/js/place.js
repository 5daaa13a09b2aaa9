// Step 3 of writing: the device's position, and a tap on the map. Without it the page asks for the street or the neighbourhood.

const form = document.getElementById("write")
const words = document.getElementById("words").dataset

// Said below the control that was used, in an element that waits there for it.
function tell(control, sentence) {
  control.closest(".opens").querySelector("[role=status]").textContent = sentence
}

function choose(way, facts) {
  for (const [name, value] of Object.entries({ lat: "", lon: "", tapped: "", ...facts })) form.elements[name].value = value
  form.querySelector(`[name=where][value=${way}]`).checked = true
}

async function takePosition(button) {
  const what = button.dataset.take
  tell(button, words.asking)
  try {
    const options = { enableHighAccuracy: what === "point", timeout: 15_000 }
    const { coords } = await new Promise((found, failed) => navigator.geolocation.getCurrentPosition(found, failed, options))
    const place = { lat: coords.latitude, lon: coords.longitude }
    choose("point", what === "point" ? place : { tapped: await cellOf(place) })
    tell(button, words[what])
  } catch {
    tell(button, words.refused)
  }
}

// The point goes to our own door once and comes back as a cell; nothing of it is kept.
async function cellOf(place) {
  const body = JSON.stringify({ ...place, city: form.dataset.city })
  const headers = { "content-type": "application/json" }
  const answer = await fetch("/cells", { method: "POST", headers, body, credentials: "omit" })
  if (!answer.ok) throw new Error(answer.status)
  return (await answer.json()).cell
}

async function openMap(sheet) {
  sheet.hidden = false
  sheet.style.height = "22rem"
  sheet.scrollIntoView({ block: "center" })
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: sheet.dataset.css }))
  await new Promise((loaded, failed) =>
    document.head.append(Object.assign(document.createElement("script"), { src: sheet.dataset.js, onload: loaded, onerror: failed })),
  )
  const { features } = await (await fetch(sheet.dataset.ground)).json()
  drawMap(sheet, (kind) => features.filter(({ properties }) => properties.kind === kind))
}

function drawMap(sheet, of) {
  const map = L.map(sheet, { zoomControl: false, attributionControl: false, zoomSnap: 0.25, minZoom: 9, maxZoom: 16 })
  L.control.zoom({ zoomInTitle: sheet.dataset.closer, zoomOutTitle: sheet.dataset.farther }).addTo(map)
  map.setView([sheet.dataset.lat, sheet.dataset.lon], 13)
  if (sheet.dataset.tiles) L.tileLayer(sheet.dataset.tiles, { className: "tiles" }).addTo(map)
  const draw = { interactive: false, smoothFactor: 0.5 }
  const outline = of("city").filter(({ geometry }) => geometry.type !== "Point")
  L.geoJSON(outline, { ...draw, style: { className: "city" } }).addTo(map)
  L.geoJSON(of("cell"), { ...draw, style: { className: "cell" } }).addTo(map)
  of("neighbourhood").forEach((feature) => writeName(map, feature))
  const chosen = L.geoJSON([], { ...draw, style: { className: "here" } }).addTo(map)
  map.on("click", ({ latlng }) => {
    const cell = of("cell").find(({ geometry }) => holds(geometry.coordinates[0], latlng))
    if (!cell) return
    chosen.clearLayers().addData(cell)
    choose("cell", { tapped: cell.properties.index })
    tell(sheet, `${words.tapped} ${cell.properties.neighbourhood}`)
  })
}

function writeName(map, { geometry, properties }) {
  const [lon, lat] = geometry.coordinates
  const html = Object.assign(document.createElement("bdi"), { className: "mark plain", textContent: properties.name })
  L.marker([lat, lon], { icon: L.divIcon({ className: "", html, iconSize: [0, 0] }), interactive: false, keyboard: false }).addTo(map)
}

// Whether a ring of [lon, lat] goes around a point: a ray from it crosses the ring an odd number of times.
function holds(ring, { lat, lng }) {
  let inside = false
  ring.slice(1).forEach(([x2, y2], n) => {
    const [x1, y1] = ring[n]
    if (y1 > lat !== y2 > lat && lng < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside
  })
  return inside
}

addEventListener("click", (event) => {
  const taker = event.target.closest("[data-take]")
  if (taker && navigator.geolocation) takePosition(taker)
  const opener = event.target.closest("[data-map]")
  if (!opener) return
  opener.disabled = true
  openMap(document.getElementById("map")).catch(() => tell(opener, words.noMap))
})

// Who writes the street or picks the neighbourhood means that way: its button follows.
form.addEventListener("input", ({ target }) => {
  if (["street", "neighbourhood"].includes(target.name) && target.value) choose(target.name, {})
})
