// Server-sent events over fetch, because EventSource can neither post nor carry a header.
const SILENT_MS = 45000; // the server breathes every ten seconds; past this nobody is there

// Calls `hear(name, data)` for every event; returns at the end of the stream. Raises Fault.
async function readEvents(response, hear, abort) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = '';
  let timer = 0;
  let silent = false;
  const breathe = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      silent = true;
      abort();
    }, SILENT_MS);
  };
  try {
    for (;;) {
      breathe();
      const { value, done } = await reader.read();
      if (done) return;
      const frames = (held + value).split('\n\n');
      held = frames.pop();
      for (const frame of frames) readFrame(frame, hear);
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (error.name === 'AbortError' && !silent) throw new Fault('stopped');
    throw new Fault(navigator.onLine ? 'unreachable' : 'offline');
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}

function readFrame(frame, hear) {
  const fields = Object.fromEntries(frame.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
  if (!fields.event || !fields.data) return;
  const data = JSON.parse(fields.data);
  if (fields.event === 'error') throw new Fault(data.error.code, { hint: data.error.hint });
  hear(fields.event, data);
}
