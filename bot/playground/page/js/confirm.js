// A question that has to be answered with yes before something is done.

import { $ } from "./dom.js";

// `shown`: a node that is shown below the question, such as the message in question.
export function agreed({ title, text, yes, no, danger }, shown = null) {
  const dialog = $("confirm");
  const quoted = dialog.querySelector(".quoted");
  const button = (value) => dialog.querySelector(`[value=${value}]`);
  $("confirm-title").textContent = title;
  $("confirm-text").textContent = text;
  quoted.hidden = !shown;
  quoted.replaceChildren(...(shown ? [shown] : []));
  button("no").textContent = no;
  button("yes").textContent = yes;
  button("yes").className = danger ? "button danger" : "button primary";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true });
  });
}
