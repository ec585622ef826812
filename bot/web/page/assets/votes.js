// Likes, dislikes and what was seen: painted over the cards, which the server draws without them.
let votes = { like: [], dislike: [], seen: [] };
const KINDS = ['like', 'dislike', 'seen'];
const DONE = { like: 'confirm_liked', dislike: 'confirm_disliked', seen: 'confirm_seen', undo: 'confirm_undone' };
const KEYS = { like: 'like', dislike: 'rejected', seen: 'seen' };
const AGAINST = { like: 'dislike', dislike: 'like' };
const votesOn = (id) => KINDS.filter((kind) => votes[kind].includes(id));

function paintVotes() {
  for (const card of all('.st-card')) {
    const held = votesOn(card.dataset.id);
    if (card.dataset.votes !== held.join(' ')) card.dataset.votes = held.join(' ');
    for (const button of all('[data-act][aria-pressed]', card)) {
      if (button.dataset.act === 'reason') continue;
      const pressed = String(held.includes(button.dataset.act));
      if (button.getAttribute('aria-pressed') !== pressed) button.setAttribute('aria-pressed', pressed);
    }
  }
}

// Like and dislike exclude each other, seen goes with both. Pressing again, or "undo", takes back what was pressed last.
function vote(button) {
  const { id, act } = button.dataset;
  const card = button.closest('.st-card');
  const held = votesOn(id);
  const back = act === 'undo' ? card.lastVote : held.includes(act) && act;
  if (back) takeBack(id, back, held);
  else if (act !== 'undo') press(id, act);
  if (act === 'undo') one('[data-act=like]', card).focus();
  card.lastVote = back ? '' : act;
  paintVotes();
  confirmVote(card, back ? 'undo' : act);
}

function press(id, act) {
  for (const kind of [act, AGAINST[act]]) if (kind) votes[kind] = votes[kind].filter((other) => other !== id);
  votes[act].push(id);
  ask(act, { id });
}

function takeBack(id, kind, held) {
  votes[kind] = votes[kind].filter((other) => other !== id);
  if (held.length > 1) ask('forget', { key: `${KEYS[kind]}:${id}` });
  else ask('undo', { id });
}

// The line that confirms a press and offers to take it back, for ten seconds, longer while it is in use.
function confirmVote(card, act) {
  const line = one('.st-done', card);
  clearTimeout(line.timer);
  one('.st-said', line).textContent = told(DONE[act], card.dataset.title);
  one('[data-act=undo]', line).hidden = act === 'undo';
  one('.st-reasons', card).hidden = act !== 'dislike';
  line.hidden = false;
  const leave = () => {
    if (line.matches(':hover, :focus-within')) line.timer = setTimeout(leave, 1000);
    else line.hidden = true;
  };
  line.timer = setTimeout(leave, UNDO_MS);
}

function more(button) {
  const open = button.getAttribute('aria-expanded') !== 'true';
  const panel = document.getElementById(button.getAttribute('aria-controls'));
  button.setAttribute('aria-expanded', String(open));
  panel.hidden = !open;
  if (open) one('button', panel).focus();
}

function reason(button) {
  for (const chip of all('[data-act=reason]', button.closest('.st-reasons'))) {
    chip.setAttribute('aria-pressed', String(chip === button));
  }
  ask('reason', { id: button.dataset.id, reason: button.dataset.reason });
}

// The server's word counts once every press has been answered; until then the page shows what was pressed.
function takeVotes(value) {
  if (value.votes && !asked) {
    votes = { like: [...value.votes.like], dislike: [...value.votes.dislike], seen: [...value.votes.seen] };
  }
  paintVotes();
}
