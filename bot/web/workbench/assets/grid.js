// What a run came to: counts as filters, a row per case, and a reader's thumb and words on it.
import { json } from './api.js';
import { button, el, fill, icon, tell } from './dom.js';
import { sides, summary } from './side.js';
import { editor } from './store.js';
import { counted, say } from './words.js';

const VERDICTS = ['broken', 'worse', 'changed', 'better', 'same'];
const FILTERS = ['different', 'all', ...VERDICTS];

export function makeGrid() {
  const node = el('div', { class: 'grid', id: 'results' });
  let [pairs, filter, state, ended] = [[], 'different', '', null];

  const count = (name) => pairs.filter((pair) => fits(pair, name)).length;
  const fits = (pair, name) => name === 'all' || (name === 'different' ? pair.verdict !== 'same' : pair.verdict === name);

  function draw() {
    if (!pairs.length) return fill(node);
    const shown = pairs.filter((pair) => fits(pair, filter)).sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
    return fill(node,
      el('h3', { id: 'results-title', tabindex: '-1' }, say('results')),
      ended && el('p', { class: 'verdict-line' }, told()),
      el('div', { class: 'row filters', role: 'group', 'aria-label': say('filter') },
        ...FILTERS.map((name) => button('segment', { 'aria-pressed': String(filter === name), 'data-filter': name, onclick: () => choose(name) }, say(`verdict_${name}`), ' ', el('span', { class: 'count' }, String(count(name)))))),
      shown.length ? el('ul', { class: 'results' }, ...shown.map(drawPair)) : el('p', { class: 'empty' }, say(filter === 'different' ? 'none_different' : 'none_here')));
  }

  function choose(name) {
    filter = name;
    draw();
    node.querySelector(`[data-filter="${name}"]`).focus();
    tell(counted('shown_cases', count(name)));
  }

  function drawPair(pair) {
    if (pair.node) return pair.node;
    const message = pair.message || pair.case?.message || pair.case;
    const body = el('div', { class: 'pair-body' });
    const open = (event) => { if (event.target.open && !body.childNodes.length) fill(body, sides(pair.old, pair.new), opinion(pair)); };
    pair.node = el('li', { class: `pair is-${pair.verdict}` },
      el('details', { ontoggle: open },
        el('summary', {}, el('span', { class: `pill verdict is-${pair.verdict}` }, say(`verdict_${pair.verdict}`)), ' ', el('span', { class: 'pair-message' }, message), ' ', el('span', { class: 'fine pair-told' }, pair.verdict === 'same' ? '' : summary(pair.old, pair.new))),
        body));
    return pair.node;
  }

  // A thumb and a comment, kept with what the drafts said then.
  function opinion(pair) {
    const name = pair.case?.name || pair.name || pair.case;
    const held = { mark: null, comment: '', ...(pair.mark || {}) };
    const comment = el('input', { type: 'text', maxlength: '500', value: held.comment || '', placeholder: say('comment_hint'), 'aria-label': say('comment'), onchange: () => keep({ comment: comment.value }) });
    const thumbs = ['up', 'down'].map((mark) => button('icon-button', { 'aria-pressed': String(held.mark === mark), 'aria-label': say(`thumb_${mark}`), title: say(`thumb_${mark}`), onclick: () => keep({ mark: held.mark === mark ? null : mark }) }, icon(mark)));
    const line = el('span', { class: 'fine' });

    async function keep(change) {
      Object.assign(held, change);
      thumbs.forEach((thumb, at) => thumb.setAttribute('aria-pressed', String(held.mark === ['up', 'down'][at])));
      try {
        await json('PUT', `/v1/prompts/marks/${encodeURIComponent(name)}`, { mark: held.mark, comment: held.comment, state: pair.state || state, editor: editor() });
        line.textContent = say('mark_kept');
        tell(say('mark_kept'));
      } catch (fault) {
        line.textContent = fault.message;
        tell(fault.message);
      }
    }

    return el('div', { class: 'row opinion' }, ...thumbs, comment, line);
  }

  function told() {
    return [counted('run_done', pairs.length), ...VERDICTS.filter((name) => count(name)).map((name) => `${say(`verdict_${name}`)} ${count(name)}`)].join(' · ');
  }

  return {
    node,
    told,
    clear() {
      [pairs, ended] = [[], null];
      draw();
    },
    add(pair) {
      pairs.push(pair);
      draw();
    },
    done(data) {
      ended = data;
      state = data.state || state;
      draw();
    },
  };
}
