// Words in the page's language; `{count}` and its like are filled in here. Dates and numbers as that language writes them.
const held = JSON.parse(document.getElementById('words').textContent);
export const locale = document.documentElement.lang;

const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
const STEPS = [['day', 86400], ['hour', 3600], ['minute', 60]];

export const has = (key) => key in held;

export function say(key, values = {}) {
  if (!(key in held)) throw new Error(`no word ${key}`);
  return held[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export const counted = (key, count, values = {}) => say(count === 1 ? `${key}_one` : key, { count: number.format(count), ...values });

export const figure = (value) => number.format(value);

export const percent = (value) => share.format(value);

export const seconds = (milliseconds) => (milliseconds < 1000 ? say('milliseconds', { count: Math.round(milliseconds) }) : say('seconds', { count: number.format(milliseconds / 1000) }));

export const moment = (text) => exact.format(new Date(text));

// "two hours ago", and beyond a week the date.
export function ago(text) {
  const past = (Date.now() - new Date(text)) / 1000;
  if (Number.isNaN(past)) return '';
  if (past > 7 * 86400) return moment(text);
  const [unit, size] = STEPS.find(([, one]) => past >= one) || ['minute', 60];
  return past < 60 ? say('just_now') : relative.format(-Math.floor(past / size), unit);
}

const CHINESE = /[\u3400-\u9fff]/;

// The language of a text, where its script says that it is not the page's.
export function foreign(text) {
  const chinese = CHINESE.test(text);
  return chinese === locale.startsWith('zh') ? null : chinese ? 'zh' : 'en';
}

export function languageName(code) {
  try {
    return new Intl.DisplayNames(locale, { type: 'language' }).of(code);
  } catch {
    return code;
  }
}
