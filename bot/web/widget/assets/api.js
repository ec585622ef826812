// The server's routes. Whatever goes wrong is a Fault with a code that the words know.
class Fault extends Error {
  constructor(code, { status = 0, wait = 0, hint = '' } = {}) {
    super(code);
    Object.assign(this, { code, status, wait, hint });
  }
}

const DEFAULT_WAIT = 5; // seconds, where a busy server does not say

function makeApi(options, store) {
  let token = '';

  async function request(method, path, { body, signal } = {}) {
    const headers = {};
    if (body) headers['Content-Type'] = 'application/json';
    if (token) headers.Authorization = `Bearer ${token}`;
    if (store.session) headers['X-Session'] = store.session;
    let response;
    try {
      response = await fetch(new URL(path, options.base), {
        method, headers, signal, body: body && JSON.stringify(body), credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer',
      });
    } catch (error) {
      if (error.name === 'AbortError') throw new Fault('stopped');
      throw unreachable(options);
    }
    if (!response.ok) throw await refused(response);
    return response;
  }

  async function json(method, path, asked) {
    const response = await request(method, path, asked);
    return response.status === 204 ? null : response.json();
  }

  return {
    json,
    request,
    get token() { return token; },
    set token(value) { token = value; },
  };
}

function unreachable(options) {
  if (!navigator.onLine) return new Fault('offline');
  console.warn(`Shelftalk: no answer from ${options.base}; does SHELFTALK_ALLOWED_ORIGINS name ${location.origin}, and connect-src that server?`);
  return new Fault('unreachable');
}

async function refused(response) {
  let error = {};
  try {
    error = (await response.json()).error || {};
  } catch { /* a proxy's own page */ }
  const wait = response.status === 429 ? Number(response.headers.get('Retry-After')) || DEFAULT_WAIT : 0;
  if (response.status === 401) console.warn(`Shelftalk: ${error.message} (${error.hint})`);
  const code = response.status === 401 || response.status === 403 ? 'signed_out' : error.code || 'other';
  return new Fault(code, { status: response.status, wait, hint: error.hint || '' });
}

// The `sub` of a token, to notice that another person has signed in; the server alone decides whether it is true.
function subject(token) {
  try {
    const part = token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
    return String(JSON.parse(atob(part)).sub || '');
  } catch {
    return '';
  }
}
