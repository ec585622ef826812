// One turn on the screen: the visitor's words, and the reply's parts in one order, each redrawn only when it changed.
const PARTS = ['speaker', 'lead', 'cards', 'rest', 'sources', 'question', 'over', 'standing', 'notices', 'mark', 'next'];

function drawTurn(widget, turn) {
  const pair = el('div', { class: turn.by ? 'pair is-letter' : 'pair' });
  const reply = el('div', { class: `reply is-${turn.by || 'assistant'}` });
  const passed = el('p', { class: 'passed' });
  pair.append(...[turn.message && drawVisitor(turn, passed), reply].filter(Boolean));
  const put = places(reply, PARTS);
  const prosed = (text, kind) => text && el('div', { class: kind }, ...prose(text, (number) => reference(number, turn, pair)));

  function update({ last = true } = {}) {
    const running = turn.status === 'running';
    const { lead, rest } = leadAndRest(turn);
    if (turn.language && turn.language !== locale) reply.lang = turn.language;
    reply.hidden = ['unsent', 'held'].includes(turn.status);
    passed.textContent = last ? turn.passed : '';
    put('speaker', turn.by, () => speaker(speakerOf(turn), turn.created));
    put('lead', [lead, running && !turn.text, turn.progress, turn.items.length], () => (running && !turn.text ? working(turn) : prosed(lead, 'text lead')));
    put('cards', turn.items.map(({ id }) => id), () => turn.items.length && drawCards(widget, turn));
    put('rest', [rest, turn.citations.length], () => prosed(rest, 'text'));
    put('sources', [turn.citations, turn.nearest], () => drawSources(widget, turn));
    put('question', turn.question, () => prosed(turn.question, 'text question'));
    put('over', turn.over && [turn.over.id, turn.over.status === 'resumed'], () => turn.over && drawHandOver(widget, turn.over));
    put('standing', turn.over && standing(turn.over), () => turn.over && standing(turn.over) && el('p', { class: 'fine' }, standing(turn.over)));
    put('notices', turn.notices, () => turn.notices.map(({ message }) => el('p', { class: 'notice' }, hidden(`${told('speaker_system')} `), message)));
    put('mark', turn.status, () => ['stopped', 'cut'].includes(turn.status) && el('p', { class: 'fine' }, told(`${turn.status}_mark`)));
    put('next', [last, running, turn.suggestions], () => last && !running && drawNext(widget, turn));
  }

  return { pair, turn, update };
}

const drawVisitor = (turn, passed) => el('div', { class: 'visitor' }, speaker(told('speaker_visitor'), turn.created), el('p', { class: 'bubble', dir: 'auto' }, turn.message), passed);

// Who speaks: the assistant, a person with their name, or the system.
const speakerOf = ({ by, name }) => (by === 'person' && name ? told('speaker_person_named', { name }) : told(`speaker_${by || 'assistant'}`));

function speaker(name, at) {
  const time = at.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
  return el('h3', { class: 'speaker' }, name, ' ', el('time', { datetime: at.toISOString() }, time));
}

const working = (turn) => [
  el('p', { class: 'progress' }, el('span', { class: 'pulse', 'aria-hidden': 'true' }), turn.progress || told('loading')),
  !turn.items.length && el('div', { class: 'places', 'aria-hidden': 'true' }, el('span'), el('span')),
];

function drawCards(widget, turn) {
  const list = el('ul', { class: 'cards', role: 'list', 'aria-label': told('cards') }, ...turn.items.map((item) => drawCard(widget, item, turn)));
  queueMicrotask(widget.votes.paint);
  return list;
}

// What can be said next; after a broken turn, the same again first.
function drawNext(widget, turn) {
  const again = isBroken(turn) && !turn.faulted && button('button', { onclick: () => widget.talk.again(turn) }, icon('again'), told('retry'));
  const chips = turn.suggestions.map((one) => drawChip(widget, one));
  return [again && el('div', { class: 'row' }, again), chips.length && el('div', { class: 'chips', role: 'group', 'aria-label': told('chips') }, ...chips)];
}

function drawChip(widget, { text, kind, count }) {
  const number = count ? el('span', { class: 'count', 'aria-hidden': 'true' }, String(count)) : null;
  const name = count ? told('chip_count', { label: text, count }) : null;
  return button(`chip chip-${['repair', 'back'].includes(kind) ? kind : 'plain'}`, { 'aria-label': name, onclick: () => widget.talk.press(text) }, text, number);
}

// The one sentence that a screen reader hears once the reply is there.
function spoken(turn) {
  if (turn.status === 'held') return turn.passed;
  if (turn.by) return `${speakerOf(turn)}: ${plain(turn.text)}`;
  if (isBroken(turn)) return told(turn.status === 'failed' ? 'status_failed' : 'status_stopped');
  const { lead, rest } = leadAndRest(turn);
  if (turn.items.length) return `${plain(lead)} ${counted('status_cards', turn.items.length)}`.trim();
  return plain(rest) || told('status_done');
}
