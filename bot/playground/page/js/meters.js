// The strip: how long answers take, and how much of Slack's limits is used.

import { $ } from "./dom.js";

export function drawStats({ timing, meters }) {
  $("timing").replaceChildren(...timing.map(({ label, value }) => {
    const group = document.createElement("div");
    const term = document.createElement("dt");
    const shown = document.createElement("dd");
    term.textContent = label;
    shown.textContent = value;
    group.append(term, shown);
    return group;
  }));
  $("meters").replaceChildren(...meters.map(meter));
}

function meter({ method, used, budget, refused }) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  const bar = document.createElement("meter");
  const count = document.createElement("b");
  name.textContent = method;
  Object.assign(bar, { min: 0, max: budget || 1, high: budget * 0.8, optimum: 0, value: used });
  bar.setAttribute("aria-label", `${method}: ${used} of ${budget ?? "∞"} a minute`);
  count.textContent = budget ? `${used}/${budget}` : used;
  item.append(name, bar, count);
  bar.hidden = !budget;
  if (refused) {
    const refusals = document.createElement("span");
    refusals.className = "refused";
    refusals.textContent = `${refused} × 429`;
    item.append(refusals);
  }
  return item;
}
