/* 会话到期前提醒，就地续时。任何请求都会让服务端重新计时，这里跟着重新计时，别的标签页也算；轮询不算有人在用。 */
(function () {
  'use strict';
  var box = document.getElementById('session'), seen, timer;
  if (!box) return;
  var seconds = Number(box.dataset.seconds), warning = Number(box.dataset.warning), left = box.querySelector('[data-session-left]');
  function clock(n) { var m = Math.floor(n / 60), s = Math.floor(n % 60); return m + ':' + (s < 10 ? '0' : '') + s; }
  function start() {
    seen = Date.now();
    box.hidden = true;
    try { localStorage.setItem('an-seen', String(seen)); } catch (e) { /* 存储被禁用：各标签页各自计时 */ }
  }
  function elsewhere() { try { return Number(localStorage.getItem('an-seen')) || 0; } catch (e) { return 0; } }
  function leave() { location.assign(box.dataset.signIn + '?next=' + encodeURIComponent(location.pathname + location.search)); }
  function tick() {
    var rest = seconds - (Date.now() - Math.max(seen, elsewhere())) / 1000;
    if (rest <= 0) { clearInterval(timer); leave(); return; }
    if (rest <= warning) {
      left.textContent = clock(rest);
      if (box.hidden) { box.hidden = false; box.querySelector('button').focus(); }
    } else box.hidden = true;
  }
  document.addEventListener('htmx:configRequest', function (ev) {
    if (/every /.test(ev.detail.elt.getAttribute('hx-trigger') || '')) ev.detail.headers['X-Poll'] = '1';
  });
  document.addEventListener('htmx:afterRequest', function (ev) { if (ev.detail.successful && !ev.detail.requestConfig.headers['X-Poll']) start(); });
  box.querySelector('[data-session-extend]').addEventListener('click', function () {
    fetch(box.dataset.url, { method: 'POST', headers: JSON.parse(document.body.getAttribute('hx-headers')) }).then(function (answer) {
      if (answer.ok) start(); else { clearInterval(timer); leave(); }
    });
  });
  start();
  timer = setInterval(tick, 1000);
})();
