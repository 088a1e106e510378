/* 表单：未保存提醒、草稿状态行、拖放文件、下拉即查、Ctrl+Enter 提交。没有脚本时都只是普通表单。 */
(function () {
  'use strict';
  var dirty = false;
  function two(n) { return (n < 10 ? '0' : '') + n; }
  function clock() { var d = new Date(); return two(d.getHours()) + ':' + two(d.getMinutes()) + ':' + two(d.getSeconds()); }

  /* 未保存提醒：只管带 data-guard 的表单 */
  document.addEventListener('input', function (ev) { if (ev.target.closest && ev.target.closest('form[data-guard]')) dirty = true; });
  document.addEventListener('submit', function () { dirty = false; });
  window.addEventListener('beforeunload', function (ev) { if (dirty) { ev.preventDefault(); ev.returnValue = ''; } });

  /* 草稿状态行：<… data-draft hx-post=…> 请求前后写 [data-draft-status] */
  function draft(ev, key, time) {
    var source = ev.detail.elt.closest('[data-draft]'), line = source && document.querySelector('[data-draft-status]');
    if (line) line.textContent = line.getAttribute('data-' + key) + (time ? ' ' + clock() : '');
  }
  document.addEventListener('htmx:beforeRequest', function (ev) { draft(ev, 'saving', false); });
  document.addEventListener('htmx:afterRequest', function (ev) {
    var kept = ev.detail.successful;
    draft(ev, kept ? 'saved' : 'lost', kept);
    if (kept && ev.detail.elt.closest('[data-draft]')) dirty = false;
  });

  document.addEventListener('change', function (ev) {
    if (ev.target.matches('[data-submit-on-change]')) ev.target.form.requestSubmit ? ev.target.form.requestSubmit() : ev.target.form.submit();
    var drop = ev.target.closest('[data-file-drop]'), names = drop && drop.querySelector('[data-file-names]');
    if (names) names.textContent = Array.prototype.map.call(ev.target.files, function (file) { return file.name; }).join('、');
    var radios = ev.target.closest('.rt');
    if (radios) Array.prototype.forEach.call(radios.querySelectorAll('label'), function (label) { label.classList.toggle('on', label.querySelector('input').checked); });
  });
  document.addEventListener('keydown', function (ev) {
    var form = ev.target.form;
    if (ev.key === 'Enter' && (ev.ctrlKey || ev.metaKey) && form && ev.target.tagName === 'TEXTAREA' && form.requestSubmit) form.requestSubmit();
  });

  /* 拖放：放到标签上即填入其中的文件框 */
  ['dragover', 'dragleave', 'drop'].forEach(function (name) {
    document.addEventListener(name, function (ev) {
      var drop = ev.target.closest && ev.target.closest('[data-file-drop]');
      if (!drop) return;
      ev.preventDefault();
      drop.classList.toggle('over', name === 'dragover');
      if (name === 'drop' && ev.dataTransfer.files.length) {
        var input = drop.querySelector('input[type=file]');
        input.files = ev.dataTransfer.files;
        input.dispatchEvent(new Event('change', { bubbles: true }));
      }
    });
  });

  /* 显示密码 */
  document.addEventListener('click', function (ev) {
    var eye = ev.target.closest && ev.target.closest('[data-reveal]'), box = eye && document.getElementById(eye.getAttribute('data-reveal'));
    if (box) { box.type = box.type === 'password' ? 'text' : 'password'; eye.setAttribute('aria-pressed', String(box.type === 'text')); }
  });
})();
