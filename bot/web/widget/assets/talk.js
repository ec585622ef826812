// The conversation itself: from a message to the end of its reply, with everything that can come between.
function makeTalk(widget) {
  const { api, store, log, options } = widget;
  let turns = [];
  let running = null; // stops the turn at work
  let context = options.context;
  let begun = null;
  let visit = 0; // grows when somebody else's conversation may follow: an answer to the one before is nobody's

  // The first look into the panel: the catalogue's own words, and what was said before.
  function begin() {
    begun = begun || (async () => {
      log.busy(true);
      try {
        await widget.learn();
        if (store.session || api.token) await restore();
        log.begin();
      } catch (fault) {
        begun = null;
        log.begin();
        log.fail(fault, begin);
      } finally {
        log.busy(running !== null);
      }
    })();
    return begun;
  }

  // This visitor's history. A session that is gone is told once, and a new one begins with the next message.
  async function restore() {
    const mine = visit;
    try {
      const stored = await api.json('GET', 'v1/transcript'); // alone: it may make an anonymous session the visitor's
      const me = await api.json('GET', 'v1/me');
      if (mine !== visit) return;
      if (stored.session_id) store.session = stored.session_id; // a signed-in visitor's latest, from whatever device
      turns = storedTurns(stored);
      widget.person.know(stored.handover, stored.last, stored.messages);
      log.clear();
      for (const turn of turns) log.add(turn, { scroll: false });
      if (turns.length) log.toTop();
      widget.votes.take(me);
      widget.composer.drawWishes(me.chips);
    } catch (fault) {
      if (mine !== visit) return;
      if (![401, 404].includes(fault.status)) throw fault;
      if (store.session && fault.status === 404) {
        lose();
        if (api.token) await restore();
      }
      if (fault.status === 401 && api.token) widget.emit('unauthorized', { hint: fault.hint });
    }
  }

  const lose = () => forget(toldError('unknown_session'));

  // Nothing was said yet; a sentence may say why.
  function forget(sentence = '') {
    drop();
    visit += 1;
    store.session = '';
    turns = [];
    widget.person.know(null);
    log.clear(sentence);
    if (sentence) widget.announce(sentence);
    widget.composer.drawWishes([]);
    widget.votes.take({ state: { likes: [], rejected: [], seen: [] } });
  }

  // What a person wrote, or the system about who speaks.
  function tell(turn) {
    if (turns.some(({ id }) => id === turn.id)) return;
    turns.push(turn);
    log.tell(turn);
    widget.announce(spoken(turn));
    if (turn.by === 'person') widget.emit('reply', { turnId: turn.id, text: plain(turn.text), items: [], whole: true, author: 'person' });
  }

  // The latest hand-over is the one that can still be corrected; those before it are over.
  function settle(over) {
    const passed = turns.filter((turn) => turn.over);
    passed.forEach((turn, at) => {
      const known = at === passed.length - 1 && turn.over.id === over.id ? over : { status: 'resumed' };
      turn.over = { ...turn.over, ...known };
      log.update(turn);
    });
  }

  // Sends what was pressed; the focus goes to the message box in the same press.
  function press(text) {
    widget.menu.show(false);
    widget.composer.focus();
    if (!running) say(text, { typed: false });
  }

  async function say(text, { typed = true, again = false } = {}) {
    if (running) return;
    const mine = new AbortController();
    running = mine;
    working(true);
    await begin();
    if (mine.signal.aborted) return rest(mine);
    const turn = newTurn(text);
    turns.push(turn);
    log.mend();
    if (typed) widget.composer.write('');
    if (typed) store.draft = text; // until the server has it
    widget.composer.trouble('');
    if (!again) widget.announce('');
    log.add(turn);
    widget.emit('message', { text });
    try {
      await answer(turn, mine);
      finish(turn);
    } catch (fault) {
      if (!turns.includes(turn)) return;
      if (fault.code === 'unknown_session' && !again) {
        lose();
        return say(text, { typed, again: true });
      }
      rest(mine);
      broken(turn, fault, typed);
    }
    rest(mine);
  }

  function rest(mine) {
    if (running !== mine) return;
    running = null;
    working(false);
  }

  async function answer(turn, mine) {
    const { signal } = mine;
    if (!store.session) {
      const { session_id: session } = await api.json('POST', 'v1/sessions', { body: catalog(), signal });
      if (signal.aborted) throw new Fault('stopped');
      store.session = session;
    }
    const body = { message: turn.message, session_id: store.session, stream: true, ...catalog(), ...(Object.keys(context).length ? { context } : {}) };
    const response = await api.request('POST', 'v1/chat', { body, signal });
    await readEvents(response, (name, data) => heard(turn, name, data), () => mine.abort());
    if (turn.status === 'running') throw new Fault(signal.aborted ? 'stopped' : 'unreachable');
  }

  const catalog = () => (options.catalog ? { catalog: options.catalog } : {});

  let due = 0;
  function heard(turn, name, data) {
    if (!turns.includes(turn)) return;
    hear(turn, name, data);
    if (store.draft === turn.message && !widget.composer.text) store.draft = '';
    if (name === 'state') {
      widget.votes.take(data);
      widget.composer.drawWishes(data.chips);
    }
    if (name === 'handed_over') {
      widget.emit('handover', { id: data.id, status: data.status });
      widget.person.know(data);
    }
    if (name === 'held') widget.person.know({ id: data.handover_id, status: 'taken' });
    if (['done', 'held'].includes(name)) store.session = data.session_id;
    if (name !== 'delta') return log.update(turn);
    due = due || requestAnimationFrame(() => { due = 0; log.update(turn); });
  }

  function finish(turn) {
    if (!turns.includes(turn)) return;
    log.update(turn);
    widget.announce(spoken(turn));
    if (turn.status === 'held') return;
    widget.emit('reply', { turnId: turn.id, text: plain(turn.text), items: turn.items.map(({ id }) => id), whole: turn.status === 'done', author: 'ai' });
  }

  // Stopped, or cut off, or refused. A message that the server never took goes back into the box.
  function broken(turn, fault, typed) {
    if (fault.code === 'stopped') {
      turn.status = 'stopped';
      return finish(turn);
    }
    Object.assign(turn, { status: turn.heard ? 'cut' : 'unsent', faulted: true });
    const taken = turn.heard || !typed || widget.composer.text;
    if (!taken) {
      turns.pop();
      log.drop(turn);
      widget.composer.write(turn.message);
    } else {
      log.update(turn);
    }
    log.fail(fault, () => (taken ? again(turn) : widget.composer.submit()));
    widget.announce(toldError(fault.code));
    widget.emit('error', { code: fault.code });
    if (fault.status === 401) widget.emit('unauthorized', { hint: fault.hint });
  }

  // The same message once more, in the place of the broken turn.
  function again(turn) {
    if (running) return;
    if (turns[turns.length - 1] === turn) {
      turns.pop();
      log.drop(turn);
    }
    widget.composer.focus();
    say(turn.message, { typed: false });
  }

  function stop() {
    if (running) running.abort();
  }

  // Hangs up and is ready for the next message at once.
  function drop() {
    stop();
    running = null;
    working(false);
  }

  // Takes one wish off and searches again.
  async function unwish(key) {
    widget.composer.focus();
    if (running) return;
    try {
      const me = await api.json('PATCH', 'v1/me', { body: { remove: [key] } });
      widget.composer.drawWishes(me.chips);
      say(told('search_again'), { typed: false });
    } catch (fault) {
      if (fault.code === 'unknown_session') lose();
      else widget.composer.trouble(toldError(fault.code));
    }
  }

  // Another visitor has signed in, or nobody is any more: nothing of the one before stays on the screen.
  function setUser(token) {
    const before = api.token;
    api.token = token ? String(token) : '';
    const other = before && (!api.token || subject(before) !== subject(api.token));
    if (other) {
      widget.composer.write('');
      forget();
    }
    if (api.token && store.isSigned && !begun) begin(); // they may have been answered
    if (!begun || running || !api.token || (before && !other)) return;
    visit += 1;
    begun = null; // a message meanwhile waits for what was said before
    begin();
  }

  function working(now) {
    log.busy(now);
    widget.composer.paint(now);
  }

  return { begin, say, press, stop, again, tell, settle, unwish, forget, setUser, setContext: (given) => { context = readContext(given); } };
}
