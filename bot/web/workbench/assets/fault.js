// How a failure looks: what happened, what to do, and a way on.
import { address } from './api.js';
import { button, el, icon, tell } from './dom.js';
import { say } from './words.js';

export function trouble(fault, again = null) {
  const signedOut = fault.code === 'signed_out';
  tell(fault.message || say('other_fault'));
  return el('div', { class: 'trouble' },
    icon('no'),
    el('div', {},
      el('p', { class: 'trouble-what' }, fault.message || say('other_fault')),
      fault.hint && !signedOut && el('p', {}, fault.hint),
      el('p', { class: 'row' },
        signedOut && el('a', { class: 'button', href: address('/operator?next=/workbench') }, say('sign_in')),
        again && !signedOut && button('button', { onclick: again }, say('try_again')))));
}
