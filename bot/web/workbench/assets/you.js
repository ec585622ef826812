// Who edits here: a name that colleagues see, kept in this browser.
import { button, byId, el, field, fill, tell } from './dom.js';
import { ask } from './dialog.js';
import { hear, me, rename } from './store.js';
import { say } from './words.js';

export function drawYou() {
  fill(byId('you'), button('quiet', { id: 'change-name', onclick: () => askName(true) }, me.name ? say('you_are', { name: me.name }) : say('who_are_you')));
}

// True as soon as there is a name; asks for one where there is none.
export async function askName(anyway = false) {
  if (me.name && !anyway) return true;
  const input = el('input', { type: 'text', id: 'your-name', autocomplete: 'name', maxlength: '60', required: true, value: me.name });
  const done = await ask({ title: say('name_title'), text: say('name_text'), yes: say('name_yes'), children: [field(say('name_label'), input)] });
  if (!done || !input.value.trim()) return false;
  rename(input.value);
  tell(say('you_are', { name: me.name }));
  return true;
}

hear('me', drawYou);
