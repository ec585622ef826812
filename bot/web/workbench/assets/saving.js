// Saves a draft by itself, one request at a time, the latest last; what could not be saved is kept and said.
import { json } from './api.js';
import { editor } from './store.js';

const PAUSE = 450;
const CONFLICT = 409;

// `told(state, data)`: 'waiting', 'saving', 'saved', 'failed' or 'taken', with the answer or the fault.
export function makeSaver({ name, language, state }, told) {
  const path = `/v1/prompts/${name}/draft`;
  const changed = new Map();
  let [timer, running, again, closed] = [0, null, null, false];

  const body = (more = {}) => ({ language, seen: state, editor: editor(), phrases: Object.fromEntries(changed), ...more });

  function change(key, texts) {
    changed.set(key, texts);
    told('waiting');
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  }

  async function save(more) {
    clearTimeout(timer);
    timer = 0;
    if (running) {
      again = { ...again, ...more };
      return running;
    }
    running = once(more);
    await running;
    running = null;
    if (again && !closed) {
      const next = again;
      again = null;
      return save(next);
    }
    return null;
  }

  async function once(more) {
    if (more?.save !== false) told('saving');
    try {
      told('saved', await json('PUT', path, body(more)));
    } catch (fault) {
      told(fault.status === CONFLICT && 'holder' in fault.data ? 'taken' : 'failed', fault);
    }
  }

  return {
    change,
    save,
    start: (phrases) => Object.entries(phrases).forEach(([key, texts]) => changed.set(key, texts)),
    takeOver: () => save({ take_over: true }),
    get pending() { return Boolean(timer || running); },
    // Whoever leaves the page leaves nothing behind.
    flush() {
      if (!timer) return;
      clearTimeout(timer);
      timer = 0;
      json('PUT', path, body(), { keepalive: true }).catch(() => {});
    },
    async settled() {
      if (timer) await save();
      else await running;
    },
    close() { closed = true; clearTimeout(timer); },
  };
}
