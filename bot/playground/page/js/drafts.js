// What is written and not sent yet, by the channel or thread where it was. A reload keeps it.

const drafts = new Map(JSON.parse(sessionStorage.getItem("drafts") ?? "[]"));

export const draftOf = (place) => drafts.get(place) ?? "";

export function keepDraft(place, text) {
  if (text) drafts.set(place, text);
  else drafts.delete(place);
  sessionStorage.setItem("drafts", JSON.stringify([...drafts]));
}
