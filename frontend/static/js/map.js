// The map: hexagons and counts, no tiles unless the house has its own. What it says stands beside it in words too.

const sheet = document.getElementById("map")
const near = document.querySelector("[data-near]")?.dataset.near
const draw = { interactive: false, smoothFactor: 0.5 }

async function openMap() {
  const map = L.map(sheet, { zoomControl: false, attributionControl: false, zoomSnap: 0.25, minZoom: 9, maxZoom: 15 })
  L.control.zoom({ zoomInTitle: sheet.dataset.closer, zoomOutTitle: sheet.dataset.farther }).addTo(map)
  map.setView([sheet.dataset.lat, sheet.dataset.lon], 14)
  if (sheet.dataset.tiles) L.tileLayer(sheet.dataset.tiles, { className: "tiles" }).addTo(map)
  const [ground, posts] = await Promise.all([sheet.dataset.ground, sheet.dataset.posts].map(read))
  drawGround(map, ground.features)
  const [close, far] = [posts.features, byName(posts.features)].map(marksOf)
  drawNames(map, ground.features, new Set(posts.features.map(({ properties }) => properties.name)))
  show(map, ground.features, posts.features)
  const fit = () => {
    const isFar = map.getZoom() < 12.75
    sheet.classList.toggle("far", isFar)
    map.removeLayer(isFar ? close : far).addLayer(isFar ? far : close)
  }
  map.on("zoomend", fit)
  fit()
}

const read = async (address) => (await fetch(address)).json()
const of = (features, kind) => features.filter(({ properties }) => properties.kind === kind)
const point = ({ geometry: { coordinates: [lon, lat] } }) => [lat, lon]

const WORLD = [[-85, -180], [-85, 180], [85, 180], [85, -180]]

function drawGround(map, features) {
  const layer = (some, className) => L.geoJSON(some, { ...draw, style: { className, weight: 1, fillOpacity: 1 } }).addTo(map)
  const [city] = of(features, "city").filter(({ geometry }) => geometry.type !== "Point")
  const cells = of(features, "cell")
  if (city) layer(city, "city")
  layer(cells, "cell")
  layer(cells.filter(({ properties }) => properties.index === near), "here")
  if (!city) return
  // Cells are cut where the city ends.
  const polygons = city.geometry.type === "Polygon" ? [city.geometry.coordinates] : city.geometry.coordinates
  const holes = polygons.map(([ring]) => ring.map(([lon, lat]) => [lat, lon]))
  L.polygon([WORLD, ...holes], { ...draw, className: "outside", fillOpacity: 1 }).addTo(map)
  layer(city, "border")
}

const weight = ({ properties: { requests, offers } }) => requests + offers

// From far away the cells of a neighbourhood are counted together, where most of it stands.
function byName(features) {
  const all = [...new Set(features.map(({ properties }) => properties.name))].map((name) =>
    features.filter(({ properties }) => properties.name === name))
  if (all.length === 1) return features
  return all.map((some) => {
    const sum = (kind) => some.reduce((total, { properties }) => total + properties[kind], 0)
    const main = some.reduce((most, one) => (weight(one) > weight(most) ? one : most))
    return { ...main, properties: { ...main.properties, requests: sum("requests"), offers: sum("offers") } }
  })
}

// A mark is a link, so that it can be reached and followed like any other. A name stands once, where most is.
function marksOf(features) {
  const named = new Set()
  return L.layerGroup([...features].sort((a, b) => weight(b) - weight(a)).map((feature) => {
    const { name, requests, offers, url } = feature.properties
    const counts = make("span", "", { className: "flow" })
    if (requests) counts.append(count("asks", requests, sheet.dataset.asking))
    if (offers) counts.append(count("gives", offers, sheet.dataset.offering))
    const mark = make("a", "", { className: "mark", href: url })
    mark.append(counts, make("bdi", name, { className: named.has(name) ? "unseen" : "name" }))
    named.add(name)
    return stand(feature, mark)
  }))
}

function count(className, number, word) {
  const sign = make("b", number, { className })
  sign.append(make("span", ` ${word} `, { className: "unseen" }))
  return sign
}

function drawNames(map, features, taken) {
  for (const feature of of(features, "neighbourhood")) {
    const { name } = feature.properties
    const label = make("span", "", { className: "mark" })
    label.append(make("bdi", name, { className: "name" }))
    if (!taken.has(name)) stand(feature, label).addTo(map)
  }
}

function stand(feature, html) {
  const icon = L.divIcon({ className: "", html, iconSize: [0, 0] })
  return L.marker(point(feature), { icon, interactive: false, keyboard: false })
}

// What is seen first: one's own zone with what stands around it, else everything that stands somewhere, else the city.
function show(map, ground, posts) {
  const at = (bounds, maxZoom) => map.fitBounds(bounds, { maxZoom, animate: false })
  const own = of(ground, "cell").find(({ properties }) => properties.index === near)
  if (own) return at(L.geoJSON(own).getBounds().pad(1.5))
  if (posts.length) return at(L.latLngBounds(posts.map(point)).pad(0.15), 13.5)
  at(L.geoJSON(of(ground, "city")).getBounds(), 13)
}

openMap()
