// The wordings of one prompt, each opened where it is read; styles other than the usual one lie folded below.
import { el } from './dom.js';
import { makePhrase } from './phrase.js';
import { counted } from './words.js';

const FEW = 3;

export function makePhrases(prompt, { readOnly, onchange }) {
  const said = prompt.phrases.filter(({ advanced }) => !advanced);
  const usual = said.filter(({ key }) => !key.includes('@'));
  const styled = said.filter(({ key }) => key.includes('@'));
  const rare = prompt.phrases.filter(({ advanced }) => advanced);
  const others = prompt.phrases.flatMap((phrase) => [...phrase.live, ...phrase.shipped]);
  const made = new Map([...usual, ...styled, ...rare].map((phrase) => [phrase.key, makePhrase(phrase, { prompt, others, readOnly, onchange })]));
  usual.forEach((phrase, at) => { if (at < FEW || phrase.draft) made.get(phrase.key).node.open = at === 0 || Boolean(phrase.draft) || usual.length <= FEW; });

  const node = el('div', { class: 'phrases' },
    ...usual.map(({ key }) => made.get(key).node),
    styled.length > 0 && el('details', { class: 'styles', open: styled.some((phrase) => phrase.draft) },
      el('summary', {}, counted('other_styles', styled.length)),
      ...styled.map(({ key }) => made.get(key).node)));

  return {
    node,
    advanced: rare.length > 0 && el('div', { class: 'phrases' }, ...rare.map(({ key }) => made.get(key).node)),
    judged({ problems = [], preview = {} }) {
      for (const [key, phrase] of made) phrase.judged(problems.filter((one) => one.key === key), preview[key]);
    },
    freeze: () => made.forEach((phrase) => phrase.freeze()),
    text: () => prompt.phrases.filter(({ key }) => made.get(key).changed).map(({ key }) => made.get(key).texts().join('\n---\n')).join('\n\n'),
  };
}
