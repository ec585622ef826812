// Follows the conversation as the server redraws it: what is announced, where it stands on the screen, what is open.
let shownTurns = -1;
let silence = 0;
let said = ''; // what the latest turn had announced last
let anchored = true; // the latest message is kept at the top

function refresh() {
  const log = scroller();
  if (!log) return;
  own(log);
  paintVotes();
  paintTimes();
  heard();
  announceLatest();
  room(log);
  follow(log);
  clearTimeout(silence);
  if (running()) silence = setTimeout(giveUp, SILENT_MS);
}

// Gradio's frame of the conversation: a place that can be scrolled by key, and that does not read every word aloud.
function own(log) {
  if (log.getAttribute('aria-live') !== 'off') log.setAttribute('aria-live', 'off');
  if (log.tabIndex !== 0) log.tabIndex = 0;
  if (words.page_title && log.getAttribute('aria-label') !== words.page_title) log.setAttribute('aria-label', words.page_title);
  for (const frame of all('[data-testid][aria-label]', log)) frame.removeAttribute('aria-label');
}

function paintTimes() {
  for (const time of all('time[datetime]:empty')) {
    const at = new Date(time.getAttribute('datetime'));
    time.textContent = at.toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' });
  }
}

function announceLatest() {
  const sentence = all('#st-chat [data-said]').pop()?.dataset.said || '';
  if (shownTurns >= 0 && sentence !== said) announce(sentence);
  said = sentence;
}

// Room below a short reply, so that its message can stand at the top.
function room(log) {
  const rows = all('.user-row', log);
  const last = all('.message-row', log).pop();
  if (!rows.length || !last) return log.style.setProperty('--st-room', '0px');
  const used = last.getBoundingClientRect().bottom - rows[rows.length - 1].getBoundingClientRect().top;
  log.style.setProperty('--st-room', `${Math.max(0, Math.floor(log.clientHeight - used - 24))}px`);
}

// A new message goes to the top and stays there until the visitor scrolls.
function follow(log) {
  const rows = all('.user-row', log);
  const before = shownTurns;
  shownTurns = rows.length;
  if (before !== rows.length) anchored = true;
  if (!rows.length || !anchored) return;
  const top = rows[rows.length - 1].getBoundingClientRect().top - log.getBoundingClientRect().top + log.scrollTop - 12;
  if (Math.abs(top - log.scrollTop) > 1) log.scrollTo({ top, behavior: 'instant' });
}

// Whoever scrolls, opens something or walks on by key has taken over.
function letGo(event) {
  const log = scroller();
  if (log && log.contains(event.target)) anchored = false;
}

function openSource(link) {
  const source = document.getElementById(link.getAttribute('href').slice(1));
  if (!source) return;
  source.open = true;
  one('summary', source).focus();
  source.scrollIntoView({ block: 'nearest', behavior: still.matches ? 'auto' : 'smooth' });
}

// A keyboard on the screen of a phone covers the page without telling its layout.
function fit() {
  const view = window.visualViewport;
  const covered = view && window.innerHeight - view.height > 80;
  document.body.style.setProperty('--st-height', covered ? `${view.height}px` : '');
}
