// Passkeys: the server gives a challenge, the device answers with a key, the form carries it. The page is whole without.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0))
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")
const known = (list) => list?.map((key) => ({ ...key, id: bytes(key.id) }))

function options({ publicKey: given }) {
  const publicKey = { ...given, challenge: bytes(given.challenge) }
  if (given.user) publicKey.user = { ...given.user, id: bytes(given.user.id) }
  if (given.allowCredentials) publicKey.allowCredentials = known(given.allowCredentials)
  if (given.excludeCredentials) publicKey.excludeCredentials = known(given.excludeCredentials)
  return { publicKey }
}

function plain(credential) {
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
  const given = names.filter((name) => credential.response[name])
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: Object.fromEntries(given.map((name) => [name, text(credential.response[name])])),
    clientExtensionResults: credential.getClientExtensionResults(),
  }
}

async function ceremony(form) {
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value }
  const answer = await fetch(form.dataset.challenge, { method: "POST", headers })
  if (!answer.ok) throw new Error(answer.status)
  const credential = await navigator.credentials[form.dataset.passkey](options(await answer.json()))
  form.elements.credential.value = JSON.stringify(plain(credential))
  form.submit()
}

function wire(form) {
  const failed = form.querySelector("[data-failed]")
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    failed.hidden = true
    ceremony(form).catch(() => (failed.hidden = false))
  })
  form.hidden = false
}

if (window.PublicKeyCredential) {
  document.querySelectorAll("[data-passkey]").forEach(wire)
  document.querySelectorAll("[data-passkey-none]").forEach((sentence) => (sentence.hidden = true))
}
