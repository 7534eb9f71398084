// Search, filter and sort the ledger; the address says what is shown. Nothing here computes: it only chooses rows.
"use strict";

{
  const form = document.querySelector(".rd-filters");
  const count = document.querySelector(".rd-count");
  const body = document.querySelector(".rd-ledger tbody");
  const rows = [...body.rows];
  const filters = ["verdict", "document", "kind", "changes"];
  const headers = [...document.querySelectorAll(".rd-ledger [data-sortable]")];

  // as readers type it: I2 finds I², and a hyphen the sign for minus
  const plain = (text) => text.normalize("NFKD").replaceAll("−", "-").toLowerCase();
  const words = new Map(
    rows.map((row) => {
      const copy = row.cloneNode(true);
      copy.querySelector(".rd-links").remove();
      return [row, plain([...copy.cells].map((cell) => cell.textContent).join(" "))];
    }),
  );

  const wanted = (row) =>
    filters.every((name) => !form[name].value || row.dataset[name] === form[name].value) &&
    plain(form.q.value).split(/\s+/).every((word) => words.get(row).includes(word));

  // a column with a filter sorts in the order of its choices, the other one by the alphabet
  function compare(one, other) {
    const name = form.sort.value;
    if (!filters.includes(name)) return one.cells[0].textContent.localeCompare(other.cells[0].textContent, "en");
    const place = (row) => [...form[name].options].findIndex((choice) => choice.value === row.dataset[name]);
    return place(one) - place(other);
  }

  function sorted() {
    if (!form.sort.value) return rows;
    const direction = form.order.value === "descending" ? -1 : 1;
    return [...rows].sort((one, other) => direction * compare(one, other));
  }

  function show() {
    for (const row of rows) row.hidden = !wanted(row);
    body.append(...sorted());
    for (const header of headers) {
      if (header.dataset.column === form.sort.value) header.ariaSort = form.order.value || "ascending";
      else header.removeAttribute("aria-sort");
    }
    const shown = rows.filter((row) => !row.hidden).length;
    count.textContent = shown === rows.length ? `${shown} claims` : `${shown} of ${rows.length} claims`;
  }

  function remember() {
    const chosen = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    try {
      history.replaceState(null, "", `${location.pathname}${chosen.size ? `?${chosen}` : ""}${location.hash}`);
    } catch {
      // some browsers forbid it to pages from the file system
    }
  }

  function recall() {
    const chosen = new URLSearchParams(location.search);
    for (const name of ["q", "sort", "order", ...filters]) form[name].value = chosen.get(name) ?? "";
    show();
  }

  function clear() {
    for (const field of form.querySelectorAll("[name]")) field.value = "";
    changed();
  }

  function changed() {
    show();
    remember();
  }

  // each click on a column's title: up, down, the book's order again
  function sortBy(name) {
    const next = form.sort.value !== name ? "ascending" : form.order.value === "descending" ? "" : "descending";
    form.sort.value = next && name;
    form.order.value = next;
    changed();
  }

  // a row that an address leads to is shown, whatever was chosen before
  function reveal() {
    const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (row?.hidden) clear();
    row?.scrollIntoView();
  }

  for (const header of headers) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sortBy(header.dataset.column));
    header.append(button);
  }
  form.addEventListener("input", (event) => {
    if (event.target.name === "sort") form.order.value = event.target.value && "ascending";
    changed();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    clear();
  });
  addEventListener("hashchange", reveal);
  addEventListener("popstate", recall);
  recall();
  if (location.hash) reveal();
}
