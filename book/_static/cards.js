// Cards and rows: one that is folded away opens when an address leads to it; its address can be copied.
"use strict";

{
  function unfold() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = target?.closest("details:not([open])");
    if (!folded) return;
    folded.open = true;
    target.scrollIntoView();
  }

  const said = document.createElement("p");
  said.role = "status";
  said.className = "rd-unseen";
  document.body.append(said);

  async function copy(button) {
    const link = button.previousElementSibling;
    const address = new URL(link.href);
    address.search = ""; // what a table is filtered by is no part of a row's address
    let outcome = "Copied";
    try {
      await navigator.clipboard.writeText(address.href);
    } catch {
      location.hash = link.hash; // the clipboard may be forbidden; the address bar is not
      outcome = "See the address bar";
    }
    const before = button.textContent;
    said.textContent = button.textContent = outcome;
    button.disabled = true; // until it says again what it does
    setTimeout(() => {
      button.textContent = before;
      button.disabled = false;
      said.textContent = "";
    }, 2000);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".rd-copy-link");
    if (button) copy(button);
  });
  addEventListener("hashchange", unfold);
  unfold();
}
