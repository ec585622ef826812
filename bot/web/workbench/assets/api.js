// The server's routes. Whatever goes wrong is a Fault with the words of the server, or with our own where it is silent.
import { say } from './words.js';

const ROOT = document.body.dataset.root;
const SIGNED_OUT = 401;

export class Fault extends Error {
  constructor(code, message, { status = 0, hint = '', data = {} } = {}) {
    super(message);
    Object.assign(this, { code, status, hint, data });
  }
}

export const address = (path) => `${ROOT}${path}`;

async function request(method, path, body, { signal, keepalive = false } = {}) {
  const asked = { method, signal, keepalive, cache: 'no-store', credentials: 'same-origin' };
  if (body !== undefined) Object.assign(asked, { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  let response;
  try {
    response = await fetch(address(path), asked);
  } catch (error) {
    throw error.name === 'AbortError' ? new Fault('stopped', say('stopped')) : new Fault('unreachable', say('unreachable'));
  }
  if (!response.ok) throw await refused(response);
  return response;
}

export async function json(method, path, body, options) {
  const response = await request(method, path, body, options);
  return response.status === 204 ? null : response.json();
}

// Calls `hear(name, data)` for every event of the answer. Raises Fault.
export async function stream(path, body, hear, signal) {
  const response = await request('POST', path, body, { signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const frames = (held + value).split('\n\n');
      held = frames.pop();
      for (const frame of frames) readFrame(frame, hear);
    }
  } catch (error) {
    if (error.name === 'AbortError') throw new Fault('stopped', say('stopped'));
    throw error instanceof Fault ? error : new Fault('unreachable', say('unreachable'));
  } finally {
    reader.cancel().catch(() => {});
  }
}

function readFrame(frame, hear) {
  const fields = Object.fromEntries(frame.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
  if (!fields.event || !fields.data) return;
  const data = JSON.parse(fields.data);
  if (fields.event === 'error') throw new Fault(data.error.code, data.error.message, { hint: data.error.hint, data });
  hear(fields.event, data);
}

async function refused(response) {
  let data = {};
  try {
    data = await response.json();
  } catch { /* a proxy's own page */ }
  const error = data.error || {};
  const signedOut = response.status === SIGNED_OUT;
  const code = signedOut ? 'signed_out' : error.code || 'other';
  return new Fault(code, signedOut ? say('signed_out') : error.message || say('other_fault'), { status: response.status, hint: error.hint || '', data });
}
