// Before anything is painted: the look that was chosen on this device. Without a choice the device's own stands.
const chosen = localStorage.getItem("theme")
if (chosen) document.documentElement.dataset.theme = chosen
document.documentElement.dataset.script = ""
