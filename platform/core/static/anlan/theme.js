/* 首屏前设定主题，避免闪烁：服务端记的个人选择优先，其次本机记住的。 */
(function () {
  'use strict';
  var chosen = document.currentScript.getAttribute('data-theme');
  try { chosen = chosen || localStorage.getItem('an-theme'); } catch (e) { /* 存储被禁用时用浅色 */ }
  if (chosen === 'dark' || chosen === 'light') document.documentElement.setAttribute('data-bs-theme', chosen);
})();
