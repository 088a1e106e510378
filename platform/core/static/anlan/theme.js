/* 首屏前设定主题，避免闪烁：服务端记的个人选择优先，其次本机记住的。 */
(function () {
  'use strict';
  var chosen = document.currentScript.getAttribute('data-theme');
  try { chosen = chosen || localStorage.getItem('an-theme'); } catch (e) { /* 存储被禁用时用浅色 */ }
  if (chosen === 'dark' || chosen === 'light') document.documentElement.setAttribute('data-bs-theme', chosen);
})();

/* 脚本还没就绪时就填好的栏目：记下最后一次输入和改动，htmx 就绪后补发一次，自动保存和即时合计就不会漏掉。 */
(function () {
  'use strict';
  var early = [];
  function keep(ev) {
    if (!ev.isTrusted) return;
    early = early.filter(function (kept) { return kept.at !== ev.target || kept.type !== ev.type; });
    early.push({ at: ev.target, type: ev.type });
  }
  function replay() {
    ['input', 'change'].forEach(function (type) { document.removeEventListener(type, keep, true); });
    document.removeEventListener('htmx:load', replay);
    early.forEach(function (kept) { if (kept.at.isConnected) kept.at.dispatchEvent(new Event(kept.type, { bubbles: true })); });
  }
  ['input', 'change'].forEach(function (type) { document.addEventListener(type, keep, true); });
  document.addEventListener('htmx:load', replay);
})();
