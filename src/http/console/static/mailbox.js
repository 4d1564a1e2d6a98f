// Keeps the mailbox page up to date without disturbing whoever reads it: messages that are there stay the same elements, so that an
// open one stays open, and the page does not move under the reader's eyes.
'use strict';

(() => {
  const PERIOD = 1500;
  const PATIENCE = 10000;
  const mailbox = document.getElementById('mailbox');
  const state = document.getElementById('state');
  const title = document.title;
  let unseen = 0;
  let said = '';

  const say = (text, kind) => {
    state.className = kind;
    if (text !== said) state.textContent = said = text;
  };

  const today = () => new Date().toDateString();
  const localise = (root) => {
    for (const time of root.querySelectorAll('time')) {
      const at = new Date(time.dateTime);
      time.title = time.dateTime;
      time.textContent =
        at.toDateString() === today()
          ? at.toLocaleTimeString()
          : at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
    }
  };

  // The first message that is on the screen: the one whose place must not change.
  const anchor = () => [...mailbox.querySelectorAll('.message')].find((one) => one.getBoundingClientRect().bottom > 0);

  const update = (old, fresh) => {
    for (const part of ['.chips', 'dl']) {
      const before = old.querySelector(part);
      const after = fresh.querySelector(part);
      if (before.textContent !== after.textContent) before.replaceWith(after);
    }
    return old;
  };

  // Gives the number of messages that were not there before.
  const merge = (html) => {
    const fresh = new DOMParser().parseFromString(html, 'text/html').body;
    localise(fresh);
    const list = mailbox.querySelector('.messages');
    const freshList = fresh.querySelector('.messages');
    if (!list || !freshList) {
      if (Boolean(list) !== Boolean(freshList)) mailbox.replaceChildren(...fresh.childNodes);
      return freshList && !list ? freshList.children.length : 0;
    }
    const known = new Map([...list.children].map((one) => [one.dataset.id, one]));
    let place = list.firstElementChild;
    let arrived = 0;
    for (const one of [...freshList.children]) {
      const old = known.get(one.dataset.id);
      known.delete(one.dataset.id);
      if (old) update(old, one);
      else {
        one.classList.add('new');
        arrived += 1;
      }
      const element = old || one;
      if (element === place) place = place.nextElementSibling;
      else list.insertBefore(element, place);
    }
    for (const gone of known.values()) if (!gone.querySelector('details[open]')) gone.remove();
    return arrived;
  };

  const show = (html) => {
    const fixed = window.scrollY > 0 ? anchor() : undefined;
    const before = fixed?.getBoundingClientRect().top;
    const arrived = merge(html);
    if (fixed?.isConnected) window.scrollBy(0, fixed.getBoundingClientRect().top - before);
    if (arrived > 0 && document.hidden) unseen += arrived;
    document.title = unseen > 0 ? `(${unseen}) ${title}` : title;
    const news = arrived === 1 ? '1 new message' : `${arrived} new messages`;
    if (arrived > 0) say(`${news}, ${new Date().toLocaleTimeString()}`, 'live');
    else if (state.className !== 'live') say('New messages show up by themselves.', 'live');
  };

  const refresh = async () => {
    try {
      const answer = await fetch('/mailbox/list', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.text());
    } catch {
      say('Herald does not answer. Trying again.', 'lost');
    }
    setTimeout(refresh, PERIOD);
  };

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    unseen = 0;
    document.title = title;
  });
  // A message has an address of its own: /#<id of the notification>.
  const open = () => {
    const one = [...mailbox.querySelectorAll('.message')].find((message) => message.dataset.id === location.hash.slice(1));
    if (!one) return;
    one.firstElementChild.open = true;
    one.scrollIntoView();
  };
  window.addEventListener('hashchange', open);
  localise(document);
  open();
  refresh();
})();
