// History: every version with its reason, what changed in it, and what became of the replies that it gave.
import { json } from './api.js';
import { button, el, empty, fill } from './dom.js';
import { trouble } from './fault.js';
import { drawFigures } from './figures.js';
import { prose } from './prose.js';
import { rollBack } from './publish.js';
import { shared, titleOf } from './store.js';
import { wordingDifference } from './tokens.js';
import { ago, counted, languageName, moment, say } from './words.js';

export function makeHistory(place) {
  const notice = el('div', {});
  const rows = el('div', {});
  place.append(notice, rows);

  async function show() {
    fill(notice);
    await load();
  }

  async function load() {
    try {
      const { versions } = await json('GET', '/v1/prompts/history');
      const latest = [...versions].sort((a, b) => (b.number ?? Infinity) - (a.number ?? Infinity));
      fill(rows, versions.length ? el('ol', { class: 'versions', reversed: true }, ...latest.map((one) => drawVersion(one, latest))) : empty(say('no_versions')));
    } catch (fault) {
      fill(rows, trouble(fault, load));
    }
  }

  function drawVersion(version, all) {
    const before = all.find((one) => one.number === version.number - 1);
    const live = (version.labels || []).includes('production');
    const title = version.number ? say('version', { number: version.number }) : say('never_published');
    return el('li', { class: `version ${live ? 'is-live' : ''}` },
      el('div', { class: 'version-head' },
        el('h3', {}, title, ' ', live && el('span', { class: 'pill is-live' }, say('live')), shared.list?.trial?.number === version.number && el('span', { class: 'pill is-trial' }, say('in_trial'))),
        el('p', { class: 'version-why' }, version.why),
        version.when && el('p', { class: 'fine' }, version.author || say('somebody'), ' · ', el('time', { datetime: version.when, title: moment(version.when) }, ago(version.when)))),
      drawFigures(version.figures),
      el('div', { class: 'version-more' },
        before && changed(before, version),
        !live && version.number && button('button', { onclick: () => rollBack(version.number, load, notice) }, say('roll_back_to', { number: version.number }))));
  }

  function changed(before, version) {
    const body = el('div', { class: 'changes' });
    const open = async (event) => { if (event.target.open && !body.childNodes.length) fill(body, await drawDiff(before.number, version.number)); };
    return el('details', { ontoggle: open }, el('summary', {}, say('what_changed'), el('span', { class: 'sr' }, ` ${say('version', { number: version.number })}`)), body);
  }

  return { show };
}

async function drawDiff(a, b) {
  try {
    const told = await json('GET', `/v1/prompts/diff?a=${a}&b=${b}`);
    const found = Array.isArray(told) ? told : told.differences;
    if (!found.length) return el('p', { class: 'fine' }, say('no_difference'));
    return [
      el('p', { class: 'fine' }, counted('phrases_changed', found.length)),
      ...found.map((one) => el('div', { class: 'change' },
        el('p', { class: 'small-title' }, `${titleOf(one.name)} (${languageName(one.language)})${one.key ? ` · ${one.key.replaceAll('_', ' ')}` : ''}`),
        el('div', { class: 'said' }, prose(wordingDifference(one.before, one.after), 'both')))),
    ];
  } catch (fault) {
    return trouble(fault);
  }
}
