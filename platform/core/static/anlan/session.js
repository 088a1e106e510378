/* 会话到期前提醒，就地续时。任何请求都会让服务端重新计时，这里跟着重新计时；轮询不算有人在用。 */
(function () {
  'use strict';
  var box = document.getElementById('session'), end, timer;
  if (!box) return;
  var seconds = Number(box.dataset.seconds), warning = Number(box.dataset.warning), left = box.querySelector('[data-session-left]');
  function clock(n) { var m = Math.floor(n / 60), s = Math.floor(n % 60); return m + ':' + (s < 10 ? '0' : '') + s; }
  function start() { end = Date.now() + seconds * 1000; box.hidden = true; }
  function tick() {
    var rest = (end - Date.now()) / 1000;
    if (rest <= 0) { clearInterval(timer); location.assign(box.dataset.signIn + '?next=' + encodeURIComponent(location.pathname + location.search)); return; }
    if (rest <= warning) {
      left.textContent = clock(rest);
      if (box.hidden) { box.hidden = false; box.querySelector('button').focus(); }
    }
  }
  document.addEventListener('htmx:configRequest', function (ev) {
    if (/every /.test(ev.detail.elt.getAttribute('hx-trigger') || '')) ev.detail.headers['X-Poll'] = '1';
  });
  document.addEventListener('htmx:afterRequest', function (ev) { if (ev.detail.successful && !ev.detail.requestConfig.headers['X-Poll']) start(); });
  box.querySelector('[data-session-extend]').addEventListener('click', function () {
    fetch(box.dataset.url, { method: 'POST', headers: JSON.parse(document.body.getAttribute('hx-headers')) }).then(function (answer) {
      if (answer.ok) start(); else end = Date.now();
    });
  });
  start();
  timer = setInterval(tick, 1000);
})();
