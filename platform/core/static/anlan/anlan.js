/* 外壳：主题、打印、导航、页签、快捷键、轻提示、对话框、换入后的焦点。全部为委托监听，htmx 换入的内容自动生效。 */
(function () {
  'use strict';
  var root = document.documentElement, printing = null;
  function each(list, act) { Array.prototype.forEach.call(list, act); }
  function remember(key, value) { try { localStorage.setItem(key, value); } catch (e) { /* 存储被禁用：只在本页有效 */ } }
  function recall(key) { try { return localStorage.getItem(key); } catch (e) { return null; } }
  function announce(name) { document.dispatchEvent(new CustomEvent(name)); }

  /* 主题；登录后同时记到服务端 */
  function setTheme(theme) {
    root.setAttribute('data-bs-theme', theme);
    announce('an:theme');
  }
  function chooseTheme() {
    var theme = root.getAttribute('data-bs-theme') === 'dark' ? 'light' : 'dark', url = document.body.getAttribute('data-theme-url');
    setTheme(theme);
    remember('an-theme', theme);
    if (url) fetch(url, { method: 'POST', headers: JSON.parse(document.body.getAttribute('hx-headers')), body: new URLSearchParams({ theme: theme }) });
  }
  /* 折起的明细也要印出来 */
  window.addEventListener('beforeprint', function () { each(document.querySelectorAll('details[data-print]:not([open])'), function (box) { box.open = true; box.setAttribute('data-folded', ''); }); });
  window.addEventListener('afterprint', function () { each(document.querySelectorAll('details[data-folded]'), function (box) { box.open = false; box.removeAttribute('data-folded'); }); });
  window.addEventListener('beforeprint', function () { printing = root.getAttribute('data-bs-theme'); if (printing === 'dark') setTheme('light'); });
  window.addEventListener('afterprint', function () { if (printing === 'dark') setTheme('dark'); });

  /* 导航：宽屏收成图标，窄屏滑出 */
  function thin(on) {
    var shell = document.getElementById('shell'), button = document.querySelector('[data-side-collapse]');
    if (!shell) return;
    shell.classList.toggle('side-thin', on);
    if (button) button.setAttribute('aria-expanded', String(!on));
    announce('an:resize');
  }
  function drawer(open) {
    var shell = document.getElementById('shell'), button = document.querySelector('[data-side-open]');
    if (!shell || !button) return;
    shell.classList.toggle('side-open', open);
    button.setAttribute('aria-expanded', String(open));
    if (open) { var first = document.querySelector('#side a'); if (first) first.focus(); } else button.focus();
  }
  function pickTab(tab) {
    each(tab.closest('[role=tablist]').querySelectorAll('[role=tab]'), function (other) {
      var on = other === tab, panel = document.getElementById(other.getAttribute('aria-controls'));
      other.setAttribute('aria-selected', String(on));
      other.tabIndex = on ? 0 : -1;
      if (panel) panel.hidden = !on;
    });
    announce('an:resize');
  }

  /* 轻提示：错误一直留着，其余 4 秒后消失 */
  function fade(toast) { if (!toast.classList.contains('bad')) setTimeout(function () { toast.remove(); }, 4000); }
  function toast(what) {
    var patterns = document.getElementById('toast-template').content, made = patterns.querySelector('.an-toast.' + (what.tone || 'ok')).cloneNode(true);
    made.querySelector('b').textContent = what.title || '';
    made.querySelector('.fs12').textContent = what.detail || '';
    document.getElementById('toasts').appendChild(made);
    fade(made);
  }
  function say(name) { return document.body.getAttribute('data-' + name) || ''; }
  document.addEventListener('an:toast', function (ev) { toast(ev.detail || {}); });

  /* 对话框：htmx 换入 #dialog 即打开；Chromium 86 关闭后不会把焦点还给打开它的链接，自己还 */
  var opener = null, dialog = function () { return document.getElementById('dialog'); };
  function closeDialog() { if (dialog().open) dialog().close(); dialog().textContent = ''; }

  document.addEventListener('close', function (ev) {
    var at = document.activeElement;
    if (ev.target === dialog() && opener && opener.isConnected && (!at || at === document.body || dialog().contains(at))) opener.focus();
  }, true);

  document.addEventListener('click', function (ev) {
    var hit = function (selector) { return ev.target.closest && ev.target.closest(selector); };
    var tab = hit('[role=tab]'), close = hit('[data-dialog-close]'), old = hit('[data-toast-close]');
    if (hit('[data-theme-toggle]')) chooseTheme();
    if (hit('[data-print]')) window.print();
    if (hit('[data-back]')) history.back();
    if (hit('[data-reload]')) location.reload();
    if (hit('[data-side-collapse]')) { var on = !document.getElementById('shell').classList.contains('side-thin'); remember('an-side', on ? 'thin' : ''); thin(on); }
    if (hit('[data-side-open]')) drawer(true); else if (ev.target.id === 'shell') drawer(false);
    if (tab) { ev.preventDefault(); pickTab(tab); }
    if (close && dialog().contains(close)) { ev.preventDefault(); closeDialog(); }
    if (old) old.closest('.an-toast').remove();
    each(document.querySelectorAll('details.an-menu[open]'), function (menu) { if (!menu.contains(ev.target)) menu.open = false; });
  });
  document.addEventListener('keydown', function (ev) {
    var tab = ev.target.closest && ev.target.closest('[role=tab]'), menu = ev.target.closest && ev.target.closest('details.an-menu[open]');
    if (tab && (ev.key === 'ArrowRight' || ev.key === 'ArrowLeft')) {
      var all = Array.prototype.slice.call(tab.closest('[role=tablist]').querySelectorAll('[role=tab]'));
      var next = all[(all.indexOf(tab) + (ev.key === 'ArrowRight' ? 1 : all.length - 1)) % all.length];
      next.focus(); pickTab(next);
    }
    if (ev.key === 'Escape' && menu) { menu.open = false; menu.querySelector('summary').focus(); }
    if (ev.key === 'Escape' && document.querySelector('.side-open')) drawer(false);
    if (ev.key === '/' && !/INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName)) {
      var search = document.querySelector('[data-search]');
      if (search) { ev.preventDefault(); search.focus(); }
    }
  });

  /* 换入之后：焦点到第一处错误或新标题，并说一声 */
  document.addEventListener('htmx:afterSwap', function (ev) {
    var into = ev.detail.target || document.body, box = dialog();
    if (!box) return;
    if (into === box || box.contains(into) || (box.open && into.matches('.an-dialog'))) {
      if (box.children.length && !box.open) { opener = document.activeElement; box.showModal(); }
      if (!box.children.length) closeDialog();
      var start = box.querySelector('[data-focus]') || box.querySelector('[data-first]') || box.querySelector('[tabindex="-1"]');
      if (start) start.focus();
      return;
    }
    if (box.open) closeDialog();
    var place = into.isConnected ? into : document.getElementById(into.id) || document.body;
    var spot = place.matches('[data-focus]') ? place : place.querySelector('[data-focus], h2[tabindex="-1"]');
    if (spot) spot.focus();
    else document.getElementById('live').textContent = say('updated');
  });
  document.addEventListener('htmx:responseError', function (ev) {
    var answer = ev.detail.xhr, number = answer.getResponseHeader('X-Request-ID');
    if (answer.status !== 403) toast({ tone: 'bad', title: say('failed'), detail: number ? say('reference') + ' ' + number : String(answer.status) });
  });
  ['htmx:sendError', 'htmx:timeout'].forEach(function (name) { document.addEventListener(name, function () { toast({ tone: 'bad', title: say('failed'), detail: say('offline') }); }); });

  document.addEventListener('DOMContentLoaded', function () {
    if (recall('an-side') === 'thin') thin(true);
    each(document.querySelectorAll('#toasts .an-toast'), fade);
    var problem = document.querySelector('main [data-focus]');
    if (problem) problem.focus();
  });
})();
