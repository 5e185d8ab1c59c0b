// The panel of faults: switches that the server describes.

import { tell } from "./connection.js";
import { $, made } from "./dom.js";

export function drawSwitches({ switches }) {
  const focused = document.activeElement?.name;
  const groups = Map.groupBy(switches, (each) => each.panel);
  $("fault-list").replaceChildren(...[...groups].map(([name, listed]) => switchGroup(name, listed)));
  if (focused) $("fault-list").elements[focused]?.focus();
  const moved = switches.filter((each) => each.moved).length;
  $("faults-count").hidden = !moved;
  $("faults-count").textContent = moved;
  $("faults-reset").disabled = !moved;
}

function switchGroup(name, switches) {
  const group = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.textContent = name;
  group.append(legend, ...switches.map(switchRow));
  return group;
}

function switchRow(each) {
  const row = document.createElement("label");
  const text = document.createElement("span");
  const hint = document.createElement("small");
  const input = SWITCHES[each.kind](each);
  text.textContent = each.label;
  hint.textContent = each.hint;
  if (each.hint) text.append(hint);
  input.name = `${each.panel}.${each.name}`;
  const set = (value) => tell({ type: "switch", panel: each.panel, name: each.name, value });
  if (each.kind === "action") input.addEventListener("click", () => set(null));
  else input.addEventListener("change", () => set(READ[each.kind](input)));
  row.className = "fault";
  row.classList.toggle("on", each.moved);
  row.append(text, input);
  if (each.kind === "share") row.append(percentage(input));
  return row;
}

const bounds = (each) => ({ min: each.minimum ?? 0, max: each.maximum ?? "", step: each.step ?? "any", value: each.value });

const SWITCHES = {
  flag: (each) => made("input", { type: "checkbox", checked: each.value }),
  number: (each) => made("input", { type: "number", ...bounds(each) }),
  share: (each) => made("input", { type: "range", ...bounds(each) }),
  names: (each) => made("input", { type: "text", value: each.value.join(", "), placeholder: "chat.update, …", spellcheck: false }),
  action: (each) => made("button", { type: "button", className: "button", textContent: "Do it", title: each.label }),
};

const READ = {
  flag: (input) => input.checked,
  number: (input) => input.valueAsNumber,
  share: (input) => input.valueAsNumber,
  names: (input) => input.value.split(/[\s,]+/).filter(Boolean),
};

function percentage(input) {
  const output = document.createElement("output");
  const show = () => { output.textContent = `${Math.round(input.valueAsNumber * 100)} %`; };
  input.addEventListener("input", show);
  show();
  return output;
}
