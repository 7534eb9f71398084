// Boxes that scroll are reached by keyboard as long as they do; Escape, or a link in it, closes a drawer.
"use strict";

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const box of document.querySelectorAll("div.math, .math-wrapper, .table-wrapper, .rd-scroll, .highlight pre")) sizes.observe(box);

const drawers = document.querySelectorAll(".sidebar-toggle");
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const drawer of drawers) drawer.checked = false;
});
document.querySelector(".toc-drawer").addEventListener("click", (event) => {
  if (event.target.closest("a")) for (const drawer of drawers) drawer.checked = false;
});
