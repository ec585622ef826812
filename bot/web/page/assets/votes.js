// Likes, dislikes and what was seen: painted over the cards, which the server draws without them.
let votes = { like: [], dislike: [], seen: [] };
const KINDS = ['like', 'dislike', 'seen'];
const DONE = { like: 'confirm_liked', dislike: 'confirm_disliked', seen: 'confirm_seen', undo: 'confirm_undone' };
const voteOn = (id) => KINDS.find((kind) => votes[kind].includes(id)) || '';

function paintVotes() {
  for (const card of all('.st-card')) {
    const vote = voteOn(card.dataset.id);
    if (card.dataset.vote !== vote) card.dataset.vote = vote;
    for (const button of all('[data-act][aria-pressed]', card)) {
      if (button.dataset.act === 'reason') continue;
      const pressed = String(button.dataset.act === vote);
      if (button.getAttribute('aria-pressed') !== pressed) button.setAttribute('aria-pressed', pressed);
    }
  }
}

function vote(button) {
  const id = button.dataset.id;
  const card = button.closest('.st-card');
  const act = button.dataset.act === voteOn(id) ? 'undo' : button.dataset.act;
  for (const kind of KINDS) votes[kind] = votes[kind].filter((other) => other !== id);
  if (act !== 'undo') votes[act].push(id);
  if (button.dataset.act === 'undo') one('[data-act=like]', card).focus();
  paintVotes();
  confirmVote(card, act);
  ask(act, { id });
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
