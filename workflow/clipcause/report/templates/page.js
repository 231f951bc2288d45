"use strict";
// Without scripts all tables read as they stand; controls that need them are hidden until here.

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
for (const control of all(".filters, .differing")) control.hidden = false;

// The picture that is shown is the SVG to download.
for (const link of all("a[data-shown]")) {
  link.href = link.closest("figure").querySelector("img").src;
  link.hidden = false;
}

// Sorting: every heading of a sortable table is a button.
for (const table of all("table[data-sortable]")) {
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
  const rows = [...body.rows].filter(value);
  const without = [...body.rows].filter((row) => !value(row)); // they stand last in either order
  const numbers = rows.every((row) => Number.isFinite(Number(value(row))));
  rows.sort((a, b) => direction * (numbers ? numeric : compare)(value(a), value(b)));
  body.append(...rows, ...without);
}

// Filtering: rows that every control agrees to, and how many they are; a group without rows goes too.
for (const filters of all(".filters")) {
  const table = document.getElementById(filters.dataset.filters);
  const rows = all("tbody tr:not(.paper)", table);
  const controls = all("select, input", filters);
  const chips = all("button", filters);
  const output = filters.querySelector("output");
  const agrees = (row) => ({ dataset, value }) => {
    if (dataset.key === "text") return row.textContent.toLowerCase().includes(value.trim().toLowerCase());
    return !value || row.dataset[dataset.key] === value;
  };
  const update = () => {
    const pressed = chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.value);
    for (const row of rows) {
      row.hidden = (pressed.length > 0 && !pressed.includes(row.dataset.verdict)) || !controls.every(agrees(row));
    }
    for (const body of table.tBodies) body.hidden = [...body.rows].every((row) => row.hidden || row.matches(".paper"));
    const shown = rows.filter((row) => !row.hidden).length;
    output.textContent = shown === rows.length ? "" : `${shown} of ${rows.length}`;
  };
  controls.forEach((control) => control.addEventListener("input", update));
  chips.forEach((chip) => chip.addEventListener("click", () => {
    chip.ariaPressed = String(chip.ariaPressed !== "true");
    update();
  }));
}

for (const box of all("[data-differing]")) {
  box.addEventListener("change", () => {
    document.getElementById(box.dataset.differing).classList.toggle("only-differing", box.checked);
  });
}

// The data flow: what a node rests on and what rests on it light up; arrow keys walk.
for (const flow of all("svg.flow")) {
  const nodes = all("[data-node]", flow);
  const lines = all("[data-from]", flow);
  const beyond = (node, from, to) => lines.filter((line) => line.dataset[from] === node).map((line) => line.dataset[to]);
  const reach = (node, from, to, found = new Set([node])) => {
    for (const next of beyond(node, from, to)) if (!found.has(next)) reach(next, from, to, found.add(next));
    return found;
  };
  const light = (node) => {
    flow.classList.toggle("lit", Boolean(node));
    if (!node) return;
    const [before, after] = [reach(node.dataset.node, "to", "from"), reach(node.dataset.node, "from", "to")];
    for (const each of nodes) each.classList.toggle("on", before.has(each.dataset.node) || after.has(each.dataset.node));
    for (const { classList, dataset } of lines) classList.toggle("on", before.has(dataset.to) || after.has(dataset.from));
  };
  const walk = { ArrowUp: -1, ArrowDown: 1 };
  const along = { ArrowLeft: ["to", "from"], ArrowRight: ["from", "to"] };
  flow.addEventListener("pointerover", (event) => light(event.target.closest(".node")));
  flow.addEventListener("pointerleave", () => light(flow.contains(document.activeElement) && document.activeElement));
  flow.addEventListener("focusin", (event) => light(event.target.closest(".node")));
  flow.addEventListener("focusout", () => light(null));
  flow.addEventListener("keydown", (event) => {
    const here = event.target.closest(".node");
    const to = event.key in walk ? nodes[nodes.indexOf(here) + walk[event.key]]
      : event.key in along ? nodes[beyond(here.dataset.node, ...along[event.key])[0]] : null;
    if (!to) return;
    event.preventDefault();
    here.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
    light(to);
  });
}

// Paper has no disclosure triangles: what is folded away is printed too.
let folded = [];
window.addEventListener("beforeprint", () => {
  folded = all("details:not([open])");
  for (const details of folded) details.open = true;
});
window.addEventListener("afterprint", () => {
  for (const details of folded) details.open = false;
});
