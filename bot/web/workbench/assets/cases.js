// The test set: saved cases, a run over all of them with progress, and what came out, the different ones first.
import { json, stream } from './api.js';
import { button, el, empty, fill, icon, tell } from './dom.js';
import { ask } from './dialog.js';
import { expectation } from './expecting.js';
import { trouble } from './fault.js';
import { makeGrid } from './grid.js';
import { editor, hear } from './store.js';
import { counted, say } from './words.js';

export function makeCases(place) {
  const bar = el('div', { class: 'bar run-bar' });
  const progress = el('div', { class: 'progress', hidden: true });
  const problem = el('div', {});
  const grid = makeGrid();
  const set = el('details', { class: 'case-set' });
  place.append(bar, progress, problem, grid.node, set);
  let [cases, stop] = [[], null];

  async function show() {
    try {
      const told = await json('GET', '/v1/prompts/cases');
      cases = told.cases.filter((one) => one.served !== false);
      fill(problem);
      draw();
    } catch (fault) {
      fill(problem, trouble(fault, show));
    }
  }

  function draw() {
    fill(bar,
      el('p', {}, counted('case_count', cases.length)),
      stop ? button('button', { id: 'run-stop', onclick: () => stop.abort() }, icon('stop'), say('stop')) : button('button is-main', { id: 'run', onclick: run, disabled: !cases.length }, say('run_all')));
    if (!cases.length) fill(set, el('summary', {}, say('the_cases')), empty(say('no_cases'), el('a', { class: 'button', href: '#try' }, say('try_it'))));
    else fill(set, el('summary', {}, say('the_cases')), el('ul', { class: 'case-list' }, ...cases.map(drawCase)));
  }

  function drawCase(one) {
    return el('li', { class: 'case' },
      el('div', {},
        el('p', { class: 'case-message' }, one.message),
        el('p', { class: 'fine' }, expectation(one.expect || {}).join(' · ') || say('expects_nothing'))),
      one.shipped ? el('span', { class: 'pill' }, say('shipped_case')) : button('quiet', { 'aria-label': say('delete_case', { name: one.message }), onclick: () => remove(one) }, say('delete')));
  }

  async function remove(one) {
    if (!(await ask({ title: say('delete_title'), text: one.message, yes: say('delete'), danger: true }))) return;
    try {
      await json('DELETE', `/v1/prompts/cases/${encodeURIComponent(one.name)}`);
      await show();
      tell(say('case_deleted'));
      set.querySelector('summary').focus();
    } catch (fault) {
      fill(problem, trouble(fault));
    }
  }

  async function run() {
    stop = new AbortController();
    grid.clear();
    fill(problem);
    draw();
    bar.querySelector('#run-stop').focus();
    advance({ done: 0, of: cases.length });
    tell(say('running'));
    try {
      await stream('/v1/prompts/run', { editor: editor() }, heard, stop.signal);
      tell(grid.told());
    } catch (fault) {
      if (fault.code !== 'stopped') fill(problem, trouble(fault, run));
      tell(fault.code === 'stopped' ? say('run_stopped') : fault.message);
    }
    stop = null;
    progress.hidden = true;
    const held = document.activeElement === document.body || document.activeElement?.id === 'run-stop';
    draw();
    if (held) bar.querySelector('#run').focus();
  }

  function heard(name, data) {
    if (name === 'progress') advance(data);
    if (name === 'pair') grid.add(data);
    if (name === 'done') grid.done(data);
  }

  function advance({ done, of, left_s: left }) {
    progress.hidden = false;
    fill(progress,
      el('progress', { max: of || 1, value: done, 'aria-label': say('running') }),
      el('p', { class: 'fine' }, say('run_progress', { done, of }), left ? ` ${counted('run_left', Math.max(1, Math.round(left)))}` : ''));
  }

  hear('cases', () => show());
  return { show };
}
