// Sets the theme the reader chose before anything is drawn; the button that changes it is the theme's own.
"use strict";
try {
  document.body.dataset.theme = localStorage.getItem("theme") || "auto";
} catch {
  document.body.dataset.theme = "auto"; // storage may be forbidden
}
