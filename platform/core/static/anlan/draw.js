/* 种子原文只在本机算 SHA-256：原文的输入框没有 name，不随表单提交。 */
(() => {
  "use strict";
  document.addEventListener("input", async (event) => {
    const into = event.target.dataset && event.target.dataset.hashInto;
    if (!into || !window.crypto || !window.crypto.subtle) return;
    const text = event.target.value;
    const bytes = await window.crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    if (event.target.value !== text) return; // typed on meanwhile
    const hex = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
    document.getElementById(into).value = text ? hex : "";
  });
})();
