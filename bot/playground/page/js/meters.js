// The strip: how long answers take, and how much of Slack's limits was used in the last minute.

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

function meter({ method, used, most, refused, just_now }) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  const bar = document.createElement("meter");
  const count = document.createElement("b");
  name.textContent = method;
  Object.assign(bar, { min: 0, max: most || 1, high: most * 0.8, optimum: 0, value: used });
  bar.setAttribute("aria-label", `${method}: ${used} of ${most ?? "∞"} a minute`);
  count.textContent = most ? `${used}/${most}` : used;
  item.append(name, bar, count);
  bar.hidden = !most;
  if (refused) {
    const refusals = document.createElement("span");
    refusals.className = just_now ? "refused" : "refused past";
    refusals.textContent = `${refused} × 429`;
    item.append(refusals);
  }
  return item;
}
