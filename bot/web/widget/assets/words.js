// Words in the chosen language; `{title}` and its like are filled in here.
let locale = 'en';
let words = WORDS[locale];
let nouns = { noun: '', nouns: '' };

function told(key, values = {}) {
  const known = { ...nouns, ...values };
  return (words[key] || '').replace(/\{(\w+)\}/g, (whole, name) => (name in known ? String(known[name]) : whole));
}

function speak(chosen) {
  locale = chosen;
  words = WORDS[chosen];
}

const counted = (key, count) => told(count === 1 ? `${key}_one` : key, { count });

const toldError = (code) => words.errors[code] || words.errors.other;

// A key that the words hold as a label, with a large first letter.
const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
