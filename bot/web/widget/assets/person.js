// While a person has the conversation, or may take it: what they write, as the server tells it; a closed panel counts
// it on the launcher. The stream may end at any time: it is opened again from the latest message that was heard.
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;
const GONE = [401, 403, 404]; // the conversation is not this visitor's any more

function makePerson(widget) {
  let over = null; // the latest hand-over
  let last = 0; // the number of the latest message heard
  let line = null; // the stream at work
  let unread = 0; // what persons wrote while the panel was closed
  let wake = () => {};

  const isTaken = () => over !== null && over.status === 'taken';
  const isAwaited = () => over !== null && over.status !== 'resumed';

  // What the server said of the latest hand-over, the newest message that is already shown, and all that was said.
  function know(given, newest = 0, said = null) {
    const before = over && given && over.id === given.id ? over : {};
    if (!given || given.id !== before.id) hangUp();
    over = given ? { ...before, ...given } : null;
    last = given ? Math.max(last, newest) : 0;
    const { seen } = widget.store;
    if (!given) unread = 0;
    else if (said && seen !== undefined) unread = said.filter(({ id, author }) => author === 'person' && Number(id.slice(1)) > seen).length;
    note();
    paint();
    follow();
  }

  // What is before the visitor's eyes is seen; the rest stands on the launcher, also on the next page.
  function note() {
    if (widget.panel.isOpen) unread = 0;
    const seen = widget.panel.isOpen || widget.store.seen === undefined ? last : widget.store.seen;
    widget.store.see(isAwaited() || unread ? seen : undefined, Boolean(widget.api.token));
    widget.panel.mark(unread);
  }

  // The panel was opened; whether there was something new in it.
  function look() {
    const fresh = unread > 0;
    note();
    follow();
    return fresh;
  }

  function paint() {
    const name = isTaken() ? shortName(over.name) : '';
    widget.panel.speakAs(isTaken());
    widget.composer.addressTo(isTaken(), name);
    widget.menu.offerPerson(!isTaken());
    widget.log.becomeLetters(isTaken());
    if (over) widget.talk.settle(over);
  }

  function follow() {
    if (line || !isAwaited()) return;
    line = { attempt: null };
    listen(line);
  }

  function hangUp() {
    const mine = line;
    line = null;
    if (mine && mine.attempt) mine.attempt.abort();
    wake();
  }

  async function listen(mine) {
    let pause = FIRST_PAUSE_MS;
    while (line === mine) {
      const attempt = mine.attempt = new AbortController();
      let wait = 0;
      try {
        const response = await widget.api.request('GET', `v1/events?after=${last}`, { signal: attempt.signal });
        await readEvents(response, (name, data) => {
          pause = FIRST_PAUSE_MS;
          if (line === mine) heard(name, data);
        }, () => attempt.abort());
      } catch (fault) {
        if (GONE.includes(fault.status) && line === mine) line = null;
        wait = (fault.wait || 0) * 1000;
      }
      if (line !== mine) return;
      await rest(Math.max(wait, pause * (0.5 + Math.random() / 2)));
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
  }

  function rest(time) {
    return new Promise((go) => {
      const timer = setTimeout(go, time);
      wake = () => { clearTimeout(timer); go(); };
    });
  }

  function heard(name, data) {
    if (name === 'waiting') over = { ...over, ahead: data.ahead, delivery: data.delivery };
    if (name === 'waiting') return paint();
    if (!(data.number > last)) return;
    last = data.number;
    if (name === 'taken' || name === 'resumed') {
      over = { ...over, status: name, name: data.name };
      widget.emit('handover', { id: over.id, status: name });
    }
    if (data.author === 'person') unread += 1;
    note();
    paint();
    widget.talk.tell(messageTurn(data));
    if (name === 'resumed') hangUp();
  }

  const online = () => wake();
  window.addEventListener('online', online);

  function end() {
    window.removeEventListener('online', online);
    hangUp();
  }

  return { know, look, end, get isTaken() { return isTaken(); } };
}

// How it stands with a hand-over that nobody has taken yet, in words.
function standing({ status, delivery, ahead }) {
  if (status !== 'open' || ahead === undefined || ahead === null) return '';
  if (delivery === 'none') return told('waits_listed');
  if (delivery !== 'delivered') return told('waits_undelivered');
  return ahead ? counted('waits_behind', ahead) : told('waits_next');
}

// The hand-over in the conversation: its reference, and what was passed on, which the visitor may correct.
function drawHandOver(widget, over) {
  const [before, after] = told('handover_status', { id: over.id }).split(over.id);
  const summary = over.summary || over.correction;
  return el('div', { class: 'over' },
    el('p', { class: 'over-line' }, icon('person'), el('span', {}, before, el('span', { class: 'whole' }, over.id), after)),
    summary && el('details', { class: 'source', ontoggle: ({ target }) => target.open && target.scrollIntoView({ block: 'nearest' }) },
      el('summary', {}, el('span', { class: 'source-name' }, told(over.status === 'resumed' ? 'handover_passed' : 'handover_summary')), icon('fold')),
      over.status === 'resumed' ? el('p', { class: 'summary-text' }, over.correction || summary) : drawCorrection(widget, over)));
}

// The summary in a box of its own; what was written stays there when it could not be sent.
function drawCorrection(widget, over) {
  const box = el('textarea', { class: 'correction', rows: '6', maxlength: LONGEST_MESSAGE, 'aria-label': told('handover_summary') });
  const said = el('span', { class: 'said' });
  box.value = over.correction || over.summary;
  box.addEventListener('input', () => { said.textContent = ''; });

  async function send(event) {
    event.preventDefault();
    const summary = box.value.trim();
    if (!summary) return box.focus();
    try {
      await widget.api.json('PATCH', 'v1/handover', { body: { summary } });
      said.textContent = told('correction_sent');
      widget.announce(said.textContent);
    } catch (fault) {
      widget.composer.trouble(toldError(fault.code));
    }
  }

  return el('form', { class: 'correct', onsubmit: send }, box, el('div', { class: 'row' }, el('button', { type: 'submit', class: 'button' }, told('correction_send')), said));
}
