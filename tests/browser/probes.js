/* What test_axe asks a page. Each answers a list of sentences, empty when all is well. */
window.probes = {
  async axe(runOnly) {
    const found = await axe.run(document, { runOnly, resultTypes: ['violations'] });
    const where = (nodes) => nodes.slice(0, 3).map((node) => node.target.join(' ')).join(', ');
    const why = (node) => node.failureSummary.split('\n')[1].trim();
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.length} × ${where(nodes)} — ${why(nodes[0])}`);
  },

  overflow() {
    const width = document.scrollingElement.scrollWidth;
    if (width <= innerWidth) return [];
    const name = (each) => each.tagName.toLowerCase() + (each.id && `#${each.id}`) + [...each.classList].map((c) => `.${c}`).join('');
    const wide = [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1);
    return [`${width - innerWidth} px too wide for a window of ${innerWidth}: ${wide.slice(0, 3).map(name).join(', ')}`];
  },

  /* The kinds of elements there are. A page that has been looked at is new again where it has one more. */
  shape() {
    return [...new Set([...document.querySelectorAll('main *')].map((each) => `${each.tagName} ${each.getAttribute('class')}`))];
  },

  theme(name) {
    document.documentElement.setAttribute('data-bs-theme', name);
    document.dispatchEvent(new CustomEvent('an:theme'));
  },

  /* What a reader can come across, without what is marked as being in Chinese. */
  texts() {
    const found = [document.title], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
      if (!walker.currentNode.parentElement.closest('script, style, textarea, [lang^=zh]')) found.push(walker.currentNode.data);
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      for (const each of document.querySelectorAll(`[${name}]`))
        if (!each.closest('[lang^=zh]')) found.push(each.getAttribute(name));
    return found;
  },

  links() {
    const found = [...document.querySelectorAll('a[href]:not([download]), form[method=get][action]')];
    const addresses = found.map((each) => new URL(each.getAttribute('href') || each.getAttribute('action') || '', document.baseURI));
    return addresses.filter((each) => each.origin === location.origin).map(String);
  },
};
