// Modals: what the bot opened for the person who speaks here.

import { tell } from "./connection.js";
import { $, all } from "./dom.js";
import { state } from "./state.js";

let modals = [];

export function drawModals(told) {
  modals = told?.modals ?? modals;
  const dialog = $("modal");
  const mine = modals.findLast((each) => each.user === state.me);
  if (dialog.dataset.view === mine?.id) return;
  dialog.close();
  dialog.dataset.view = mine?.id ?? "";
  if (!mine) return;
  dialog.querySelector("h2").textContent = mine.title;
  dialog.querySelector(".fields-of").innerHTML = mine.html;
  dialog.querySelector("[value=close]").textContent = mine.close || "Cancel";
  dialog.querySelector("[type=submit]").textContent = mine.submit || "Submit";
  dialog.querySelector("[type=submit]").hidden = !mine.submit && !mine.html.includes("<fieldset");
  dialog.showModal();
}

function filled(form) {
  const values = {};
  for (const each of all("[data-block]", form)) {
    if (["radio", "checkbox"].includes(each.type) && !each.checked) continue;
    const block = values[each.dataset.block] ??= {};
    (block[each.name] ??= []).push(each.value);
  }
  return values;
}

export function modalSent(event) {
  event.preventDefault();
  tell({ type: "submit", view: $("modal").dataset.view, values: filled(event.target) });
}

export function modalClosed(event) {
  event.preventDefault();
  tell({ type: "dismiss", view: $("modal").dataset.view });
}
