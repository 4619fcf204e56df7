'use strict';

/* a full ID number is masked again when its time is over */
document.querySelectorAll('.full-id').forEach((shown) => {
  setTimeout(() => { shown.textContent = shown.dataset.mask; }, Number(shown.dataset.seconds) * 1000);
});
