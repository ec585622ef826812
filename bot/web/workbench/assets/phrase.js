// One phrase: its wordings as fields, what may be inserted, what a visitor would read, and what has to be mended.
import { changes, difference } from './diff.js';
import { button, el, fill, icon, tell } from './dom.js';
import { tokenField } from './field.js';
import { inWords, plainProse, prose } from './prose.js';
import { makeBook, shown, variablesIn, written } from './tokens.js';
import { has, say } from './words.js';

export function makePhrase(phrase, { prompt, others, readOnly, onchange }) {
  const known = prompt.variables.filter(({ name }) => !phrase.variables || phrase.variables.includes(name));
  const english = phrase.otherwise || [];
  const book = makeBook([...phrase.live, ...(phrase.draft || []), ...phrase.shipped, ...english], known, others);
  const needed = variablesIn(shown((phrase.live[0] ? phrase.live : english).join('\n'), book), book);
  const rows = el('div', { class: 'wordings' });
  const mark = el('span', { class: 'phrase-mark' });
  const glance = el('span', { class: 'glance' });
  const adding = button('quiet', { onclick: add }, icon('plus'), say('add_wording'));
  const node = el('details', { class: 'phrase', 'data-key': phrase.key },
    el('summary', {}, el('span', { class: 'phrase-name' }, nameOf(phrase)), ' ', mark, glance),
    rows,
    !readOnly && el('div', { class: 'row phrase-actions' },
      prompt.kind !== 'template' && prompt.kind !== 'map' && adding,
      phrase.live.length > 0 && button('quiet', { onclick: () => reset(phrase.live, 'back_to_live_done') }, icon('back'), say('back_to_live')),
      phrase.shipped.length > 0 && !same(phrase.live, phrase.shipped) && button('quiet', { onclick: () => reset(phrase.shipped, 'back_to_shipped_done') }, icon('back'), say('back_to_shipped'))));
  let wordings = [];
  let frozen = readOnly;

  function draw(texts) {
    wordings = [];
    wordings = texts.map((text, at) => wording(text, at, texts));
    fill(rows, wordings.length ? wordings.map((one) => one.node) : english.length ? el('p', { class: 'fine' }, say('not_in_language'), ' ', el('q', {}, shown(english[0], book))) : null);
    adding.lastChild.textContent = say(texts.length ? 'add_wording' : 'write_one');
    note();
  }

  function wording(text, at, all) {
    const count = all.length;
    const label = count > 1 ? say('wording_of', { number: at + 1, count, name: nameOf(phrase) }) : nameOf(phrase);
    const field = tokenField({ text: shown(text, book), book, label, lang: prompt.language, readOnly: frozen, onchange: () => changed(made) });
    const problems = el('ul', { class: 'problems', id: `problems-${phrase.key}-${at}`, hidden: true });
    const missing = el('p', { class: 'missing', hidden: true });
    const preview = el('div', { class: 'preview' });
    const made = {
      field, problems, missing, preview,
      text: () => written(field.area.value, book),
      node: el('div', { class: 'wording' },
        el('div', { class: 'wording-edit' },
          count > 1 && el('p', { class: 'small-title' }, say('wording', { number: at + 1 })),
          field.node, problems, missing,
          !frozen && known.length > 0 && inserts(field),
          !frozen && count > 1 && button('quiet', { onclick: () => remove(at) }, say('remove_wording', { number: at + 1 }))),
        preview),
    };
    field.area.setAttribute('aria-describedby', problems.id);
    show(made, phrase.spoken_as?.[at], undefined, same(all, phrase.live));
    return made;
  }

  function inserts(field) {
    return el('div', { class: 'row inserts', role: 'group', 'aria-label': say('insert') },
      el('span', { class: 'fine', 'aria-hidden': 'true' }, say('insert')),
      ...known.map(({ name, description, sample }) => button('insert', { title: description || null, onclick: () => { field.insert(`{${name}}`); tell(say('token_inserted', { name })); } },
        el('span', { class: 'token is-variable' }, name), sample && el('span', { class: 'sample' }, listed(sample)))));
  }

  function changed(made) {
    const gone = Array.from(needed).filter((name) => !wordings.some((one) => variablesIn(one.field.area.value, book).has(name)));
    made.missing.hidden = !gone.length;
    fill(made.missing, gone.length && [say('missing', { names: gone.join(', ') }), ' ', ...gone.map((name) => button('quiet', { onclick: () => made.field.insert(`{${name}}`) }, say('put_back', { name })))]);
    note();
    onchange(phrase.key, wordings.map((one) => one.text()));
  }

  function add() {
    draw([...wordings.map((one) => one.text()), phrase.live[0] || english[0] || '']);
    changed(wordings.at(-1));
    wordings.at(-1).field.area.focus();
  }

  function remove(at) {
    draw(wordings.map((one) => one.text()).filter((_, index) => index !== at));
    changed(wordings[0]);
    wordings[Math.min(at, wordings.length - 1)].field.area.focus();
    tell(say('wording_removed'));
  }

  function reset(to, told) {
    draw(to);
    changed(wordings[0]);
    wordings[0].field.area.focus();
    tell(say(told));
  }

  function note(problems = []) {
    const edited = !same(wordings.map((one) => one.text()), phrase.live);
    const must = problems.some((one) => one.must);
    mark.className = `phrase-mark pill ${must ? 'is-bad' : 'is-draft'}`;
    mark.hidden = !edited && !must;
    mark.textContent = must ? say('to_mend') : say('changed');
  }

  // What the visitor would read: as it is now, and with the draft, what is new marked.
  function show(made, now, then, unchanged) {
    const pieces = difference(now || '', then ?? now ?? '');
    const edited = !unchanged && typeof then === 'string';
    fill(made.preview,
      el('p', { class: 'small-title' }, say('reads_now')),
      el('div', { class: 'said', lang: now && prompt.language }, now ? prose(edited ? pieces : [['same', now]], 'gone') : el('p', { class: 'fine' }, say('new_wording'))),
      !unchanged && el('p', { class: 'small-title' }, say(readOnly ? 'reads_their_draft' : 'reads_draft')),
      !unchanged && el('div', { class: 'said is-draft', lang: typeof then === 'string' && prompt.language }, then === null || then === undefined ? el('p', { class: 'fine' }, say('not_readable')) : changes(pieces) || !now ? prose(pieces, 'new') : plainProse(then)));
  }

  function judged(problems, preview) {
    wordings.forEach((one, at) => {
      const own = problems.filter((problem) => (problem.alternative ?? 0) === at);
      fill(one.problems, own.map((problem) => el('li', { class: problem.must ? 'is-must' : '' }, icon('no'), el('span', {}, inWords(problem.message), problem.hint && ` ${inWords(problem.hint)}`))));
      one.problems.hidden = !own.length;
      if (own.some((problem) => problem.must)) one.field.area.setAttribute('aria-invalid', 'true');
      else one.field.area.removeAttribute('aria-invalid');
      show(one, phrase.spoken_as?.[at], preview?.[at], same(wordings.map((other) => other.text()), phrase.live));
    });
    note(problems);
    const must = problems.filter((problem) => problem.must);
    if (must.length && must[0].message !== judged.told) tell(inWords(must[0].message));
    judged.told = must[0]?.message;
    fill(glance, (preview?.[0] || phrase.spoken_as?.[0] || '').slice(0, 120));
  }

  draw(phrase.draft || phrase.live);
  fill(glance, (phrase.spoken_as?.[0] || '').slice(0, 120));
  return {
    node,
    judged,
    texts: () => wordings.map((one) => one.text()),
    get changed() { return !same(wordings.map((one) => one.text()), phrase.live); },
    freeze() {
      frozen = true;
      wordings.forEach((one) => { one.field.area.readOnly = true; });
      node.querySelectorAll('.phrase-actions, .inserts').forEach((part) => part.remove());
    },
  };
}

// A sample that is a list, without the marks of one.
const listed = (sample) => (sample.startsWith('[') ? sample.replace(/[[\]'"]/g, '') : sample);

const same = (a, b) => a.length === b.length && a.every((text, at) => text === b[at]);

// In plain words where the prompt has some, else its key as words, with its style.
function nameOf({ key, about }) {
  const [base, style] = key.split('@');
  const name = about || (base ? base.replaceAll('_', ' ') : say('whole_text'));
  if (!style || about) return name;
  return say('in_style', { name, style: has(`style_${style}`) ? say(`style_${style}`) : style });
}
