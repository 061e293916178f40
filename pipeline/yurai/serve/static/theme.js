"use strict";
// Runs before the page is drawn: the theme that was chosen, if one was.
try {
  const theme = localStorage.getItem("yurai-theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch { /* a browser that keeps nothing follows the system */ }
