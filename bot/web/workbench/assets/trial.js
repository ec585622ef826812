// A trial: some of the visitors, always the same ones, hear another version.
import { json } from './api.js';
import { button, el, field, fill, tell } from './dom.js';
import { trouble } from './fault.js';
import { editor, refresh, shared } from './store.js';
import { askName } from './you.js';
import { say } from './words.js';

export function drawTrial(done) {
  const notice = el('div', {});
  const { trial } = shared.list;
  const box = el('details', { class: 'trial', open: Boolean(trial) }, el('summary', {}, say('trial')), el('p', {}, say('trial_text')), notice, trial ? running(trial) : el('div', { class: 'trial-form' }));
  box.addEventListener('toggle', () => { if (box.open && !trial) form(); });

  function running(one) {
    return el('div', {}, el('p', { class: 'verdict-line' }, say('now_trial', { percent: one.percent, number: one.number })), button('button', { onclick: end }, say('end_trial')));
  }

  async function form() {
    const place = box.querySelector('.trial-form');
    if (place.childNodes.length) return;
    try {
      const { versions } = await json('GET', '/v1/prompts/history');
      const others = versions.filter((one) => !(one.labels || []).includes('production'));
      if (!others.length) return fill(place, el('p', { class: 'empty' }, say('no_other_version')));
      const version = el('select', {}, ...others.map((one) => el('option', { value: one.number }, say('version_why', { number: one.number, why: one.why }))));
      const percent = el('input', { type: 'number', min: '1', max: '99', value: '10', inputmode: 'numeric' });
      const why = el('input', { type: 'text', maxlength: '200', required: true });
      const begin = (event) => {
        event.preventDefault();
        start({ number: Number(version.value), percent: Number(percent.value), why: why.value.trim() });
      };
      return fill(place, el('form', { onsubmit: begin }, field(say('trial_version'), version), field(say('trial_percent'), percent), field(say('what_and_why'), why), el('button', { type: 'submit', class: 'button' }, say('begin_trial'))));
    } catch (fault) {
      return fill(place, trouble(fault));
    }
  }

  async function start(asked) {
    if (asked.why && (await askName())) await change('POST', asked, 'trial_begun');
  }

  const end = () => change('DELETE', { why: say('trial_over') }, 'trial_over');

  async function change(method, asked, told) {
    try {
      await json(method, '/v1/prompts/trial', { ...asked, editor: editor() });
      await refresh();
      await done();
      tell(say(told));
    } catch (fault) {
      fill(notice, trouble(fault));
    }
  }

  return box;
}
