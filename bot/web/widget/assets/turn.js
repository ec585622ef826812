// One turn as it stands: what the visitor wrote, and the reply as its events tell it, live or stored.
function newTurn(message, created = new Date()) {
  return {
    message, created, by: '', name: '', id: '', status: 'running', text: '', progress: '', language: '', question: '', over: null,
    items: [], citations: [], nearest: [], suggestions: [], notices: [], passed: '', heard: false,
  };
}

const HEAR = {
  state: (turn, data) => { turn.language = data.state.language || ''; turn.chips = data.chips; },
  progress: (turn, data) => { turn.progress = data.text; },
  recommended: (turn, data) => { turn.items = [...turn.items, ...data.items]; },
  answered: (turn, data) => {
    turn.citations = [...turn.citations, ...data.citations];
    turn.nearest = [...turn.nearest, ...data.nearest];
  },
  clarified: (turn, data) => { turn.question = data.question; },
  handed_over: (turn, data) => { turn.over = data; },
  delta: (turn, data) => { turn.text += data.text; },
  suggested: (turn, data) => { turn.suggestions = [...turn.suggestions, ...data.suggestions]; },
  held: (turn, data) => { // a person will answer
    turn.id = data.turn_id;
    turn.status = 'held';
    turn.passed = data.message;
  },
  notice: (turn, data) => { turn.notices = [...turn.notices, data]; },
  done: (turn, data) => {
    turn.id = data.turn_id;
    turn.status = data.stopped ? 'stopped' : turn.notices.some(({ code }) => code === 'failed') ? 'failed' : 'done';
  },
};

function hear(turn, name, data) {
  turn.heard = true;
  if (Object.hasOwn(HEAR, name)) HEAR[name](turn, data);
}

// A turn of `GET /v1/transcript`; one that still ran when it was read was cut off.
function storedTurn(stored) {
  const turn = newTurn(stored.message, instant(stored.created));
  for (const { event, data } of stored.events) hear(turn, event, data);
  const status = stored.status === 'running' ? 'cut' : stored.status;
  return Object.assign(turn, { id: stored.turn_id, text: stored.reply, status, heard: true });
}

const SPEAKERS = ['person', 'system']; // besides the visitor and the assistant, whose words are turns
const LONGEST_NAME = 60;

// A message of a person, or of the system about who speaks: a turn that answers nothing.
function messageTurn({ id, author, text, name, at }) {
  const by = author === 'person' ? 'person' : 'system';
  return Object.assign(newTurn('', instant(at)), { by, id, text, name: shortName(name), status: 'done', heard: true });
}

const shortName = (name) => String(name || '').trim().slice(0, LONGEST_NAME);

// The server's times are UTC and may not say so.
const instant = (text) => new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);

// What was said in a conversation, in order: turns, and between them what persons wrote.
function storedTurns({ turns, messages = [] }) {
  const letters = messages.filter(({ author }) => SPEAKERS.includes(author)).map(messageTurn);
  return [...turns.map(storedTurn), ...letters].sort((one, other) => one.created - other.created);
}

const isBroken = (turn) => ['stopped', 'cut', 'failed'].includes(turn.status);
