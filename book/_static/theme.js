// Sets the theme the reader chose before anything is drawn; the button that changes it is the theme's own.
"use strict";
document.documentElement.classList.remove("no-js"); // the theme does so too, but after drawing: its button would come late and move the page
try {
  document.body.dataset.theme = localStorage.getItem("theme") || "auto";
} catch {
  document.body.dataset.theme = "auto"; // storage may be forbidden
}
