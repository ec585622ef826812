// The conversation: who speaks first, every turn, and a failure at its end. It is silent; the status line speaks.
const NEAR_END = 120; // pixels

function makeLog(widget) {
  const head = el('div', { class: 'head' });
  const list = el('div', { class: 'turns' });
  const jump = button('jump', { hidden: true, onclick: () => { toEnd(); widget.composer.focus(); } }, told('new_message'), icon('fold'));
  const node = el('div', { class: 'log', role: 'log', 'aria-live': 'off', 'aria-busy': 'false', 'aria-label': told('conversation'), tabindex: '0' }, head, list);
  let drawn = [];
  let fault = null;

  const lastPair = () => (drawn.length ? drawn[drawn.length - 1].pair : null);

  function add(turn, { scroll = true } = {}) {
    const before = drawn[drawn.length - 1];
    const made = drawTurn(widget, turn);
    drawn.push(made);
    list.append(made.pair);
    made.update();
    if (before) before.update({ last: false });
    begin();
    if (scroll) toTop();
  }

  // What arrives unasked stands below; whoever reads further up is told, and not moved.
  function tell(turn) {
    const reading = node.scrollHeight - node.scrollTop - node.clientHeight > NEAR_END;
    add(turn, { scroll: false });
    if (reading) jump.hidden = false;
    else toEnd();
  }

  function toEnd() {
    jump.hidden = true;
    node.scrollTop = node.scrollHeight;
  }

  function drop(turn) {
    const gone = drawn.find((one) => one.turn === turn);
    if (!gone) return;
    drawn = drawn.filter((one) => one !== gone);
    gone.pair.remove();
    if (drawn.length) drawn[drawn.length - 1].update();
    begin();
  }

  function update(turn) {
    const found = drawn.find((one) => one.turn === turn);
    if (found) found.update({ last: found === drawn[drawn.length - 1] });
  }

  // The latest message goes to the top, and its reply grows below it; of a very long one the reply is what counts.
  function toTop() {
    const pair = lastPair();
    if (!pair) return;
    const long = pair.firstChild.offsetHeight > node.clientHeight / 2;
    const from = long ? pair.lastChild : pair;
    node.scrollTop += from.getBoundingClientRect().top - node.getBoundingClientRect().top;
  }

  // Begins anew; a sentence may say why.
  function clear(sentence = '') {
    drawn = [];
    list.replaceChildren(...(sentence ? [el('p', { class: 'notice' }, hidden(`${told('speaker_system')} `), sentence)] : []));
    mend();
    begin();
  }

  // Before the first message a welcome with examples that work here; later the same first words, small.
  function begin() {
    const begun = drawn.length > 0;
    const key = JSON.stringify([begun, widget.about]);
    if (head.dataset.shown === key) return;
    head.dataset.shown = key;
    head.replaceChildren(begun ? opening(widget) : welcome(widget));
  }

  // What went wrong, and one way on; with a wait the way opens when it is over.
  function fail({ code, wait }, retry) {
    mend();
    const retryNow = () => {
      mend();
      widget.composer.focus();
      retry();
    };
    const again = button('button', { onclick: () => { if (again.getAttribute('aria-disabled') !== 'true') retryNow(); } }, icon('again'), el('span', {}, told('retry')));
    fault = { node: el('div', { class: 'fault' }, el('p', {}, el('strong', {}, told('error_title'))), el('p', {}, toldError(code)), again), timer: 0 };
    if (wait) fault.timer = countDown(again, wait);
    (lastPair() || list).append(fault.node);
    fault.node.scrollIntoView({ block: 'nearest' });
  }

  function mend() {
    if (!fault) return;
    clearInterval(fault.timer);
    fault.node.remove();
    fault = null;
  }

  node.addEventListener('scroll', () => {
    if (node.scrollHeight - node.scrollTop - node.clientHeight <= NEAR_END) jump.hidden = true;
  });

  // With a person, messages follow each other as letters do; none makes room for a reply of its own.
  const becomeLetters = (yes) => list.classList.toggle('is-letters', yes);

  return { node, jump, add, tell, becomeLetters, drop, update, clear, begin, fail, mend, toTop, toEnd, busy: (now) => node.setAttribute('aria-busy', String(now)) };
}

// A button that says how long to wait, second by second, and is itself again afterwards.
function countDown(again, seconds) {
  const word = again.querySelector('span');
  const until = Date.now() + seconds * 1000;
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    again.setAttribute('aria-disabled', String(left > 0));
    word.textContent = left > 0 ? told('retry_in', { count: left }) : told('retry');
    if (left <= 0) clearInterval(timer);
  };
  const timer = setInterval(tick, 250);
  tick();
  return timer;
}

function welcome(widget) {
  const { help_only: helpOnly, examples } = widget.about;
  const rows = examples.map((text) => el('li', {}, button('example', { onclick: () => widget.talk.press(text) }, el('span', {}, text), icon('go'))));
  return el('div', { class: 'welcome' },
    el('h3', { class: 'hero' }, told(helpOnly ? 'empty_title_help' : 'empty_title')),
    el('p', { class: 'hero-text' }, told(helpOnly ? 'welcome_help' : 'welcome')),
    rows.length && [el('h4', { class: 'small-title' }, told('examples')), el('ul', { class: 'examples', role: 'list', 'aria-label': told('examples') }, ...rows)],
    el('p', { class: 'ai-notice' }, icon('note'), el('span', {}, told('ai_notice'))));
}

const opening = (widget) => el('div', { class: 'opening' },
  el('h3', { class: 'speaker' }, told('speaker_assistant')),
  el('p', {}, told(widget.about.help_only ? 'welcome_help' : 'welcome')),
  el('p', { class: 'fine' }, told('ai_notice')));
