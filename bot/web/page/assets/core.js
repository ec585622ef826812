// The page's script: listens for everything inside the page and paints what the server's HTML leaves open.
// Its words come from the server; it holds none. `element`, `trigger`, `props` and `watch` are Gradio's.
const root = element.closest('.gradio-container');
const one = (selector, from = root) => from.querySelector(selector);
const all = (selector, from = root) => Array.from(from.querySelectorAll(selector));
const input = () => one('#st-input');
const scroller = () => one('#st-chat [role=log]');
const still = matchMedia('(prefers-reduced-motion: reduce)');
const touch = matchMedia('(pointer: coarse)');
const narrow = matchMedia('(max-width: 640px)');
const QUIET_MS = 1000; // between two announcements
const UNDO_MS = 10000;
const UNHEARD_MS = 8000; // until a message that brought no answer counts as lost
const SILENT_MS = 45000; // until a running turn that shows nothing new counts as lost
const SLOW_MS = 10000; // until results without explanation are offered

let words = {};
const told = (key, title = '') => (words[key] || '').replace('{title}', title);

// Presses reach the server one after another, in their order; only "stop" does not wait.
const line = [];
let asked = 0;
function ask(act, fields = {}) {
  if (act === 'stop') return trigger('pressing', { act });
  line.push({ act, ...fields });
  if (!asked) askNext();
}
function askNext() {
  clearTimeout(asked);
  asked = line.length ? setTimeout(askNext, UNHEARD_MS) : 0;
  if (asked) trigger('pressing', line.shift());
}

// Sentences for screen readers, in order, never faster than one a second; of waiting ones the latest counts.
const status = { next: null, timer: 0, last: '', at: 0 };
function announce(sentence) {
  if (!sentence || sentence === (status.next ?? status.last)) return;
  status.next = sentence;
  if (!status.timer) status.timer = setTimeout(speak, Math.max(0, status.at + QUIET_MS - Date.now()));
}
function speak() {
  status.timer = 0;
  status.last = status.next;
  status.next = null;
  status.at = Date.now();
  one('#st-status').textContent = status.last;
}

// Moves the focus inside a press; a soft keyboard stays where it is.
function focusInput() {
  const box = input();
  if (touch.matches && document.activeElement !== box) {
    box.inputMode = 'none';
    box.addEventListener('blur', () => { box.inputMode = ''; }, { once: true });
    box.addEventListener('pointerdown', () => { box.inputMode = ''; }, { once: true });
  }
  box.focus({ preventScroll: true });
}
