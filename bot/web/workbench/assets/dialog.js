// A question that has to be answered first: the browser's own dialog, with the focus given back at its end.
import { button, el } from './dom.js';
import { say } from './words.js';

// Resolves to true once it is confirmed, to false when it is closed otherwise.
export function ask({ title, text = '', yes, danger = false, children = [] }) {
  const before = document.activeElement;
  const form = el('form', { method: 'dialog' },
    el('h2', { id: 'dialog-title' }, title),
    text && el('p', {}, text),
    ...children,
    el('div', { class: 'row dialog-row' },
      button('button', { onclick: () => dialog.close('no') }, say('cancel')),
      el('button', { type: 'submit', class: `button is-main ${danger ? 'is-danger' : ''}`, value: 'yes' }, yes)));
  const dialog = el('dialog', { class: 'dialog', 'aria-labelledby': 'dialog-title' }, form);
  document.body.append(dialog);
  dialog.showModal();
  (form.querySelector('input, textarea') || form.querySelector('button')).focus();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      const answer = dialog.returnValue === 'yes';
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(answer);
    });
  });
}
