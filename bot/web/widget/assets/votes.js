// Likes, dislikes and what was seen: painted over the cards, and told to the server one after another.
const UNDO_MS = 10000;
const KINDS = ['like', 'dislike', 'seen'];
const KEPT = { like: 'like', dislike: 'rejected', seen: 'seen' };
const AGAINST = { like: 'dislike', dislike: 'like' };
const CONFIRMED = { like: 'confirm_liked', dislike: 'confirm_disliked', seen: 'confirm_seen', undo: 'confirm_undone' };
const REASONS = 4;

function makeVotes(widget) {
  let votes = { like: [], dislike: [], seen: [] };
  let line = Promise.resolve();
  let waiting = 0;

  const held = (id) => KINDS.filter((kind) => votes[kind].includes(id));

  function paint() {
    for (const card of widget.root.querySelectorAll('.card')) {
      const now = held(card.dataset.id);
      card.dataset.votes = now.join(' ');
      for (const one of card.querySelectorAll('[data-kind][aria-pressed]')) one.setAttribute('aria-pressed', String(now.includes(one.dataset.kind)));
    }
  }

  // The server's word counts once every press has been answered; until then what was pressed is shown.
  function take(known) {
    if (!waiting && known) votes = { like: [...known.state.likes], dislike: [...known.state.rejected], seen: [...known.state.seen] };
    paint();
  }

  function ask(method, path, body) {
    waiting += 1;
    line = line.then(async () => {
      let known = null;
      try {
        known = await widget.api.json(method, path, { body });
      } catch (fault) {
        widget.composer.trouble(toldError(fault.code));
        known = await widget.api.json('GET', 'v1/me').catch(() => null);
      }
      waiting -= 1;
      take(known);
    });
  }

  function feedback(kind, id, reason) {
    ask('POST', 'v1/feedback', { session_id: widget.store.session, item_id: id, kind, ...(reason ? { reason } : {}) });
    if (kind !== 'click') widget.emit('feedback', { kind, itemId: id });
  }

  // Pressing again takes back. Like and dislike exclude each other, seen goes with both.
  function press(kind, id) {
    const before = held(id);
    if (before.includes(kind)) return takeBack(kind, id, before);
    for (const out of [kind, AGAINST[kind]]) if (out) votes[out] = votes[out].filter((other) => other !== id);
    votes[kind].push(id);
    feedback(kind, id);
    paint();
    return kind;
  }

  function takeBack(kind, id, before = held(id)) {
    votes[kind] = votes[kind].filter((other) => other !== id);
    if (before.length > 1) ask('PATCH', 'v1/me', { remove: [`${KEPT[kind]}:${id}`] });
    else feedback('undo', id);
    paint();
    return 'undo';
  }

  return { paint, take, press, takeBack, reason: (id, reason) => feedback('dislike', id, reason), look: (id) => feedback('click', id) };
}

// The buttons of a card: like, not for me with its two meanings, a line that takes a press back, why not.
function drawPresses(widget, item) {
  const values = { title: item.title };
  let last = '';
  let timer = 0;

  const said = el('span', { class: 'said' });
  const undo = button('button', { 'aria-label': told('undo_named', values), onclick: () => confirm(widget.votes.takeBack(last, item.id), like) }, told('undo'));
  const done = el('div', { class: 'done', hidden: true }, said, undo);
  const reasons = drawReasons(item, (reason) => widget.votes.reason(item.id, reason));
  const kind = (name, key, ...inner) => button('button', {
    'data-kind': name, 'aria-pressed': 'false', 'aria-label': told(`${key}_named`, values), onclick: () => { last = name; confirm(widget.votes.press(name, item.id)); },
  }, ...inner);
  const like = kind('like', 'like', icon('heart'), told('like'));
  const more = el('div', { class: 'row more', hidden: true }, kind('dislike', 'not_taste', told('not_taste')), kind('seen', 'seen', told('seen')));
  const opener = button('button', { 'aria-expanded': 'false', 'aria-label': told('dislike_named', values), onclick: () => unfold(more.hidden) }, icon('less'), told('dislike'));
  more.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    unfold(false);
    opener.focus();
  });

  function unfold(open) {
    more.hidden = !open;
    opener.setAttribute('aria-expanded', String(open));
    if (open) more.querySelector('button').focus();
  }

  // The line stays for ten seconds, longer while it is in use.
  function confirm(act, focus) {
    clearTimeout(timer);
    said.textContent = told(CONFIRMED[act], values);
    undo.hidden = act === 'undo';
    reasons.hidden = act !== 'dislike';
    done.hidden = false;
    if (focus) focus.focus();
    widget.announce(said.textContent);
    const leave = () => {
      if (done.matches(':hover, :focus-within')) timer = setTimeout(leave, 1000);
      else done.hidden = true;
    };
    timer = setTimeout(leave, UNDO_MS);
  }

  return el('div', { class: 'presses' }, el('div', { class: 'row' }, like, opener), more, done, reasons);
}

// What was wrong with it: the item's own attributes; never required.
function drawReasons(item, choose) {
  const labels = [...new Set(item.facts.map(([label]) => label))].slice(0, REASONS);
  const chips = [...labels, told('reason_other')].map((label) => button('chip', {
    'aria-pressed': 'false',
    onclick: (event) => {
      for (const chip of chips) chip.setAttribute('aria-pressed', String(chip === event.currentTarget));
      choose(label);
    },
  }, capital(label)));
  return el('div', { class: 'reasons', role: 'group', 'aria-label': told('reason_question'), hidden: true }, el('p', {}, told('reason_question')), el('div', { class: 'row' }, ...chips));
}
