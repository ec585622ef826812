// The message box and everything that sends a message.
let sent = null; // a message on its way that the page does not show yet
let lost = false; // the running turn went silent
let timers = [];
const running = () => !lost && one('#st-chat .st-turn[data-status=running]') !== null;
const busy = () => sent !== null || running();

// What the latest turn looks like: a turn may begin and end between two looks at it.
function latest() {
  const { turn, status } = all('#st-chat .st-turn').pop()?.dataset || {};
  return [all('#st-chat .st-bubble').length, turn, status, all('#st-chat .st-error').length].join();
}

function send(fields) {
  if (busy()) return false;
  sent = { ...fields, before: latest() };
  lost = false;
  trouble('');
  announce(words.loading);
  paintBusy();
  after(UNHEARD_MS, () => { if (sent) giveUp(); });
  trigger('saying', fields);
  return true;
}

function submit() {
  const text = input().value;
  if (busy()) return ask('stop');
  if (text.trim() && send({ act: 'say', text })) {
    input().value = '';
    grow();
  }
}

function stop() {
  if (busy()) ask('stop');
}

function unwish(button) {
  focusInput();
  const key = button.dataset.key;
  if (!send({ act: 'unwish', key })) ask('forget', { key });
}

function edit() {
  const bubbles = all('#st-chat .st-bubble');
  input().value = bubbles.length ? bubbles[bubbles.length - 1].textContent : '';
  input().inputMode = '';
  input().focus();
  grow();
}

function retry() {
  const bubbles = all('#st-chat .st-bubble');
  focusInput();
  if (!bubbles.length) location.reload();
  else send({ act: 'say', text: bubbles[bubbles.length - 1].textContent });
}

// The page shows the turn: it is on its way.
function heard() {
  if (sent && sent.before !== latest()) {
    sent = null;
    quiet();
    after(SLOW_MS, () => { one('.st-shorter').hidden = !running(); });
  }
  if (!busy()) quiet();
  paintBusy();
}

function giveUp() {
  if (sent && sent.text && !input().value) input().value = sent.text;
  sent = null;
  lost = true;
  quiet();
  trouble(words.offline);
  paintBusy();
}

function trouble(sentence) {
  const line = one('#st-trouble');
  line.textContent = sentence || '';
  line.hidden = !sentence;
}

function after(delay, work) {
  timers.push(setTimeout(work, delay));
}

function quiet() {
  timers.forEach(clearTimeout);
  timers = [];
}

// One button that sends, and stops while a reply is written: it never goes away under a finger.
function paintBusy() {
  const now = busy();
  const button = one('.st-send');
  const word = now ? words.stop : words.send;
  button.classList.toggle('st-stop', now);
  if (button.getAttribute('aria-label') !== word && word) button.setAttribute('aria-label', word);
  const shown = one('.st-send-word');
  if (word && shown.textContent !== word) shown.textContent = word;
  if (!now) one('.st-shorter').hidden = true;
  const log = scroller();
  if (log) log.setAttribute('aria-busy', String(now));
}

function grow() {
  const box = input();
  box.style.height = 'auto';
  box.style.height = `${Math.min(box.scrollHeight + 2, 168)}px`;
}

function keydown(event) {
  const composing = event.isComposing || event.keyCode === 229;
  if (event.target === input() && event.key === 'Enter' && !event.shiftKey && !composing) {
    event.preventDefault();
    if (!busy()) submit();
  }
  if (event.key === 'Escape') escape(event);
}
