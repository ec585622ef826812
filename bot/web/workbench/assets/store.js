// What the views share: the list of prompts as it was last read, who edits here, and who wants to hear of changes.
import { json } from './api.js';
import { say } from './words.js';

const ME = 'shelftalk-workbench';
const heard = new Map();

export const shared = { list: null, language: 'en' };

export const me = remembered();

function remembered() {
  try {
    const known = JSON.parse(localStorage.getItem(ME) || '{}');
    if (known.id) return { id: known.id, name: known.name || '' };
  } catch { /* a browser that keeps nothing, or kept something else */ }
  const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { id, name: '' };
}

export function rename(name) {
  me.name = name.trim().slice(0, 60);
  try {
    localStorage.setItem(ME, JSON.stringify(me));
  } catch { /* a browser that keeps nothing */ }
  send('me');
}

export function hear(name, listener) {
  heard.set(name, [...(heard.get(name) || []), listener]);
}

export function send(name, data) {
  for (const listener of heard.get(name) || []) listener(data);
}

// Who edits, as every change is signed.
export const editor = () => ({ id: me.id, name: me.name || say('somebody') });

export const mine = () => `editor=${encodeURIComponent(me.id)}`;

// Read the list again; everybody who shows part of it hears.
export async function refresh() {
  shared.list = await json('GET', `/v1/prompts?${mine()}`);
  send('list', shared.list);
  return shared.list;
}

// The drafts that there are, each with its prompt.
export const drafts = () => (shared.list ? shared.list.prompts.flatMap((prompt) => prompt.drafts.map((draft) => ({ ...draft, prompt }))) : []);

export const titleOf = (name) => (shared.list?.prompts.find((prompt) => prompt.name === name)?.title || name);
