// When something was said, in words.

export function drawTime(node, ts) {
  const at = new Date(ts * 1000);
  node.dateTime = at.toISOString();
  node.textContent = clock(at);
  node.title = at.toLocaleString();
}

export const clock = (at) => at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
export const day = (ts) => new Date(ts * 1000).toDateString();

export function dayLine(ts) {
  const line = document.createElement("li");
  line.className = "day";
  const label = document.createElement("span");
  const today = day(Date.now() / 1000) === day(ts);
  label.textContent = today ? "Today" : new Date(ts * 1000).toLocaleDateString([], { weekday: "long", month: "long", day: "numeric" });
  line.append(label);
  return line;
}
