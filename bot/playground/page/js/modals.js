// Modals: what the bot opened for the person who speaks here.

import { tell } from "./connection.js";
import { $, all, made } from "./dom.js";
import { state } from "./state.js";

const TROUBLE = "We had some trouble connecting. Try again?";

let modals = [];
let shown = "";

export function drawModals(told) {
  modals = told?.modals ?? modals;
  const dialog = $("modal");
  const mine = modals.findLast((each) => each.user === state.me);
  const drawn = mine ? JSON.stringify(mine) : "";
  if (shown === drawn) return;
  shown = drawn;
  dialog.close();
  dialog.dataset.view = mine?.id ?? "";
  ready();
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
  ready();
  sending(tell({ type: "submit", view: $("modal").dataset.view, values: filled(event.target) }));
}

// What is wrong stands below its field, as the app says it; without that Slack speaks for itself.
export function modalRefused({ view, errors }) {
  if ($("modal").dataset.view !== view) return;
  ready();
  const wrong = all(".input", $("modal")).filter((field) => Object.hasOwn(errors, blockOf(field)));
  for (const field of wrong) {
    const [first] = all("[data-block]", field);
    const error = made("p", { className: "error", id: `error-${blockOf(field)}`, textContent: errors[blockOf(field)] });
    field.append(error);
    first.setAttribute("aria-invalid", "true");
    first.setAttribute("aria-describedby", error.id);
  }
  if (wrong.length) wrong[0].querySelector("[data-block]").focus();
  else $("modal").querySelector(".fields-of").before(made("p", { className: "error", role: "alert", textContent: TROUBLE }));
}

const blockOf = (field) => field.querySelector("[data-block]").dataset.block;

function sending(sent) {
  $("modal").querySelector("[type=submit]").disabled = sent;
}

function ready() {
  sending(false);
  for (const error of all(".error", $("modal"))) error.remove();
  for (const input of all("[aria-invalid]", $("modal"))) {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
}

export function modalClosed(event) {
  event.preventDefault();
  tell({ type: "dismiss", view: $("modal").dataset.view });
}
