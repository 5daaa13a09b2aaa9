// The map: hexagons and counts, no tiles unless the house has its own. What it says stands beside it in words too.

const sheet = document.getElementById("map")
const near = document.querySelector("[data-near]")?.dataset.near
const draw = { interactive: false, smoothFactor: 0.5 }

async function openMap() {
  const map = L.map(sheet, { zoomControl: false, attributionControl: false, zoomSnap: 0.25, minZoom: 9, maxZoom: 15 })
  L.control.zoom({ zoomInTitle: sheet.dataset.closer, zoomOutTitle: sheet.dataset.farther }).addTo(map)
  map.setView([sheet.dataset.lat, sheet.dataset.lon], 13)
  if (sheet.dataset.tiles) L.tileLayer(sheet.dataset.tiles, { className: "tiles" }).addTo(map)
  const [ground, posts] = await Promise.all([sheet.dataset.ground, sheet.dataset.posts].map(read))
  drawGround(map, ground.features)
  drawPosts(map, posts.features)
  drawNames(map, ground.features, new Set(posts.features.map(({ properties }) => properties.name)))
  show(map, ground.features, posts.features)
}

const read = async (address) => (await fetch(address)).json()
const of = (features, kind) => features.filter(({ properties }) => properties.kind === kind)
const point = ({ geometry: { coordinates: [lon, lat] } }) => [lat, lon]

function drawGround(map, features) {
  const outline = of(features, "city").filter(({ geometry }) => geometry.type !== "Point")
  L.geoJSON(outline, { ...draw, style: { className: "city" } }).addTo(map)
  L.geoJSON(of(features, "cell"), { ...draw, style: { className: "cell" } }).addTo(map)
  const here = of(features, "cell").filter(({ properties }) => properties.index === near)
  L.geoJSON(here, { ...draw, style: { className: "here" } }).addTo(map)
}

// A mark is a link, so that it can be reached and followed like any other.
function drawPosts(map, features) {
  const named = new Set()
  for (const feature of features) {
    const { name, requests, offers, url } = feature.properties
    const mark = Object.assign(document.createElement("a"), { className: "mark", href: url })
    if (requests) mark.append(count("asks", requests, sheet.dataset.asking))
    if (offers) mark.append(count("gives", offers, sheet.dataset.offering))
    const label = Object.assign(document.createElement("bdi"), { className: named.has(name) ? "unseen" : "name", textContent: name })
    named.add(name)
    mark.append(label)
    place(map, feature, mark)
  }
}

function count(className, number, word) {
  const sign = Object.assign(document.createElement("b"), { className, textContent: number })
  sign.append(Object.assign(document.createElement("span"), { className: "unseen", textContent: ` ${word} ` }))
  return sign
}

function drawNames(map, features, taken) {
  for (const feature of of(features, "neighbourhood")) {
    if (taken.has(feature.properties.name)) continue
    place(map, feature, Object.assign(document.createElement("bdi"), { className: "mark plain", textContent: feature.properties.name }))
  }
}

function place(map, feature, html) {
  const icon = L.divIcon({ className: "", html, iconSize: [0, 0] })
  L.marker(point(feature), { icon, interactive: false, keyboard: false }).addTo(map)
}

// What is seen first: one's own zone with what stands around it, else everything that stands somewhere, else the city.
function show(map, ground, posts) {
  const own = of(ground, "cell").find(({ properties }) => properties.index === near)
  if (own) return map.fitBounds(L.geoJSON(own).getBounds().pad(2.5))
  if (posts.length) return map.fitBounds(L.latLngBounds(posts.map(point)).pad(0.15), { maxZoom: 13.5 })
  map.fitBounds(L.geoJSON(of(ground, "city")).getBounds(), { maxZoom: 13 })
}

openMap()
