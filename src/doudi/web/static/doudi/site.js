'use strict';

/* a full ID number is masked again when its time is over */
document.querySelectorAll('.full-id').forEach((shown) => {
  setTimeout(() => { shown.textContent = shown.dataset.mask; }, Number(shown.dataset.seconds) * 1000);
});

/* a button that prints is there only where a script can press it */
document.querySelectorAll('[data-print]').forEach((button) => {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
});
