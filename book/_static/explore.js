"use strict";
// Figures with choices. Every state of a figure is drawn in the page and told in a sentence, both made with the book;
// nothing is computed here. This shows the marks and the sentence of the state that is chosen.

for (const box of document.querySelectorAll(".rd-explore")) {
  const chart = box.closest("figure").querySelector(".rd-chart");
  const { options, told } = JSON.parse(box.querySelector("script").textContent);
  const inputs = [...box.querySelectorAll("select, input")];
  const status = box.querySelector("[role=status]");

  const chosen = (input) => (input.type === "checkbox" ? Number(input.checked) : Number(input.value));
  const see = (mark, shown) => mark.setAttribute("visibility", shown ? "visible" : "hidden");

  function show() {
    const state = inputs.reduce((number, input, i) => number * options[i].length + chosen(input), 0);
    for (const mark of chart.querySelectorAll("[data-state]"))
      see(mark, box.open && mark.dataset.state.split(" ").includes(String(state)));
    for (const mark of chart.querySelectorAll("[data-static]")) see(mark, !box.open);
    for (const [i, input] of inputs.entries()) {
      if (input.type !== "range") continue;
      const option = options[i][input.value];
      input.setAttribute("aria-valuetext", option);
      input.previousElementSibling.textContent = option;
    }
    status.textContent = box.open ? told[state] : "";
  }

  box.addEventListener("toggle", show);
  box.addEventListener("input", show);
  box.hidden = false;
}
