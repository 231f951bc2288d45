"use strict";

// Tables marked data-sortable get a button in every heading; without scripts they read as they stand.
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    heading.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      const order = heading.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      headings.forEach((other) => other.setAttribute("aria-sort", other === heading ? order : "none"));
      sortRows(table.tBodies[0], column, order === "ascending" ? 1 : -1);
    });
  });
}

function sortRows(body, column, direction) {
  const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
  const compare = (a, b) => a.localeCompare(b, "en", { numeric: true });
  const numeric = (a, b) => Number(a) - Number(b);
  const rows = [...body.rows];
  const numbers = rows.every((row) => Number.isFinite(Number(value(row))));
  rows.sort((a, b) => direction * (numbers ? numeric : compare)(value(a), value(b)));
  body.append(...rows);
}

// Paper has no disclosure triangles.
window.addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
