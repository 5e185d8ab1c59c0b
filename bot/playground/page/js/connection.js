// The socket to the server. It is opened again, after growing pauses, whenever it closes.

import { $ } from "./dom.js";
import { state } from "./state.js";

const LONGEST_PAUSE = 5000;

let socket = null;
let pause = 0;

// `handlers` has a function for each type of message that the server sends.
export function connect(handlers) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/ui/socket`);
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    handlers[message.type]?.(message);
  };
  socket.onopen = () => { pause = 0; show(true); };
  socket.onclose = () => {
    show(false);
    pause = Math.min(LONGEST_PAUSE, pause * 2 + 250);
    setTimeout(() => connect(handlers), pause);
  };
}

function show(connected) {
  document.body.dataset.connected = connected;
  $("connection").textContent = connected ? "" : "The playground has stopped. Waiting for it to come back …";
}

// Sends what the person did. Returns false while there is no connection.
export function tell(message) {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify({ user: state.me, ...message }));
  return true;
}
