// The whole conversation at once: begin anew, take it away, erase it.
function makeKeeping(widget) {
  const { api, store } = widget;

  async function download() {
    try {
      const text = JSON.stringify(await api.json('GET', 'v1/me/export'), null, 2);
      const file = el('a', { href: URL.createObjectURL(new Blob([text], { type: 'application/json' })), download: 'conversation.json' });
      file.click();
      setTimeout(() => URL.revokeObjectURL(file.href), 1000);
    } catch (fault) {
      widget.composer.trouble(toldError(fault.code));
    }
  }

  async function erase() {
    widget.talk.stop();
    try {
      if (store.session || api.token) await api.json('DELETE', 'v1/me');
      widget.composer.write('');
      widget.talk.forget(told('erased'));
    } catch (fault) {
      widget.composer.trouble(toldError(fault.code));
    }
  }

  return { renew: () => widget.talk.forget(), download, erase };
}
