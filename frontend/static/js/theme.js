// Before anything is painted: the look that was chosen on this device. Without a choice the device's own stands.
document.documentElement.dataset.script = ""
try {
  const chosen = localStorage.getItem("theme")
  if (chosen) document.documentElement.dataset.theme = chosen
} catch { /* a browser that keeps nothing: then there is no choice to keep */ }
