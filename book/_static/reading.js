// Shows what a link to a term, or to a source, leads to: on hover, on keyboard focus, on a first tap. Copies citations.
"use strict";

const popup = document.createElement("div");
popup.className = "rd-popup";
popup.role = "tooltip";
popup.popover = "manual"; // drawn above everything, cut off by nothing
let shown = null;
let timer = 0;

/** What stands behind a link: a definition, or an entry of the page's sources; nothing for other links. */
function noteOf(link) {
  const fragment = decodeURIComponent(link.hash.slice(1));
  if (fragment.startsWith("term-")) return document.getElementById(`note-${fragment}`);
  if (link.closest(".rd-sources")) return null;
  if (fragment.startsWith("source-")) return document.getElementById(fragment);
  const same = [...document.querySelectorAll(".rd-sources a")].find((other) => other.href === link.href);
  return same ? same.closest("li") : null;
}

function show(link, note) {
  hide();
  popup.replaceChildren(...note.cloneNode(true).childNodes);
  for (const inner of popup.querySelectorAll("a")) inner.replaceWith(...inner.childNodes);
  popup.showPopover();
  shown = link;
  place();
}

/** Puts the popup below its link, or above it where there is no room below. */
function place() {
  if (!shown) return;
  const at = shown.getClientRects()[0];
  const below = at.bottom + popup.offsetHeight < document.documentElement.clientHeight;
  const furthest = document.documentElement.clientWidth - popup.offsetWidth - 8;
  popup.style.left = `${Math.max(8, Math.min(at.left, furthest))}px`;
  popup.style.top = `${below ? at.bottom : at.top - popup.offsetHeight}px`;
}

function hide() {
  clearTimeout(timer);
  if (shown) popup.hidePopover();
  shown = null;
}

function soon(action) {
  clearTimeout(timer);
  timer = setTimeout(action, 200); // time to reach the popup, and none wasted on links that are only passed
}

for (const link of document.querySelectorAll("article a[href]")) {
  const note = noteOf(link);
  if (!note) continue;
  link.setAttribute("aria-describedby", note.id);
  link.classList.add("rd-noted");
  link.addEventListener("pointerenter", (event) => event.pointerType === "touch" || soon(() => show(link, note)));
  link.addEventListener("pointerleave", (event) => event.pointerType === "touch" || soon(hide));
  link.addEventListener("focus", () => link.matches(":focus-visible") && show(link, note));
  link.addEventListener("blur", hide);
  link.addEventListener("click", (event) => {
    if (event.pointerType !== "touch" || shown === link) return;
    event.preventDefault(); // the second tap leads on
    show(link, note);
  });
}
popup.addEventListener("pointerenter", () => clearTimeout(timer));
popup.addEventListener("pointerleave", () => soon(hide));
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
document.addEventListener("scroll", place, { passive: true });
document.addEventListener("pointerdown", (event) => event.target.closest?.(".rd-noted, .rd-popup") || hide());
document.querySelector("article")?.append(popup);

for (const button of document.querySelectorAll("button.rd-copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.closest(".rd-cite").querySelector(".rd-done").textContent = "Copied";
  });
}
