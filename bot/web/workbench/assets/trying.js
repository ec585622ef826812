// Try: a conversation that really happened, or a message of one's own, as it is answered now and with the drafts.
import { json, stream } from './api.js';
import { button, el, empty, field, fill, icon, tell } from './dom.js';
import { trouble } from './fault.js';
import { caseForm } from './expecting.js';
import { plain } from './prose.js';
import { sides, summary } from './side.js';
import { editor } from './store.js';
import { ago, counted, say } from './words.js';

export function makeTry(place) {
  const found = el('div', { class: 'found' });
  const picked = el('div', { class: 'result', id: 'try-result' });
  const message = el('input', { type: 'text', id: 'try-message', maxlength: '2000', autocomplete: 'off' });
  const catalog = el('select', { id: 'try-catalog' });
  const own = el('form', { class: 'typed', onsubmit: typed }, field(say('own_message'), message), field(say('catalog'), catalog), el('button', { type: 'submit', class: 'button is-main' }, say('ask_both')));
  const more = button('button', { onclick: () => load(true), hidden: true }, say('more_conversations'));
  place.append(el('div', { class: 'two is-try' }, el('div', { class: 'sources' }, el('h3', {}, say('type_one')), own, el('h3', {}, say('pick_one')), found, more), picked));
  let [rows, next, running, last, catalogs] = [[], '', null, null, false];
  idle();

  function idle() {
    fill(picked, empty(say('try_empty')));
  }

  async function show() {
    if (!catalogs) loadCatalogs();
    await load(false);
  }

  async function loadCatalogs() {
    catalogs = true;
    try {
      const { catalogs: there } = await json('GET', '/v1/catalogs');
      fill(catalog, there.map((one) => el('option', { value: one.name }, one.name)));
      catalog.closest('.field').hidden = there.length < 2;
    } catch {
      catalogs = false;
    }
  }

  async function load(onwards) {
    const after = onwards && next ? `?after=${encodeURIComponent(next)}` : '';
    try {
      const told = await json('GET', `/v1/prompts/conversations${after}`);
      rows = onwards ? [...rows, ...told.turns] : told.turns;
      next = told.next || '';
      more.hidden = !next;
      draw();
    } catch (fault) {
      fill(found, trouble(fault, () => load(onwards)));
    }
  }

  function draw() {
    if (!rows.length) return fill(found, empty(say('no_conversations')));
    return fill(found, el('ul', { class: 'turns', 'aria-label': say('pick_one') }, ...rows.map((turn) => el('li', {},
      button('turn', { 'aria-pressed': String(last === turn), onclick: () => ask({ turn: { session: turn.session, turn: turn.turn } }, turn) },
        el('span', { class: 'turn-message' }, turn.message),
        el('span', { class: 'turn-reply' }, plain(turn.reply)),
        el('span', { class: 'fine' }, [ago(turn.at), turn.cards ? counted('cards', turn.cards) : ''].filter(Boolean).join(' · ')))))));
  }

  function typed(event) {
    event.preventDefault();
    const text = message.value.trim();
    if (text) ask({ message: text, catalog: catalog.value || undefined }, { message: text });
    else message.focus();
  }

  async function ask(body, turn) {
    running?.abort();
    const stop = new AbortController();
    [running, last] = [stop, turn];
    found.querySelectorAll('.turn').forEach((one, at) => one.setAttribute('aria-pressed', String(rows[at] === turn)));
    const replies = {};
    const redraw = () => running === stop && fill(picked, heading(turn), sides(replies.old, replies.new, { waiting: say('answering') }), el('div', { class: 'row' }, button('button', { onclick: () => stop.abort() }, icon('stop'), say('stop'))));
    redraw();
    tell(say('answering'));
    try {
      await stream('/v1/prompts/try', { ...body, editor: editor() }, (name, data) => {
        replies[name] = data;
        if (name !== 'done') redraw();
      }, stop.signal);
      if (running === stop) done(replies, turn);
    } catch (fault) {
      if (running !== stop) return;
      if (fault.code === 'stopped') idle();
      else fill(picked, heading(turn), trouble(fault, () => ask(body, turn)));
      tell(fault.message);
    }
  }

  const heading = (turn) => el('div', {}, el('h3', {}, say('try_result')), el('blockquote', { class: 'asked' }, turn.message));

  function done({ old, new: now }, turn) {
    const told = summary(old, now);
    fill(picked, heading(turn), el('p', { class: 'verdict-line' }, told), sides(old, now), turn.turn && caseForm(turn));
    tell(told);
  }

  return { show };
}
