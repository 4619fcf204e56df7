'use strict';

/* a full ID number is masked again when its time is over */
document.querySelectorAll('.full-id').forEach((shown) => {
  setTimeout(() => {
    shown.textContent = shown.dataset.mask;
    shown.nextElementSibling.textContent = '已重新遮盖，查看已留痕';
  }, Number(shown.dataset.seconds) * 1000);
});

/* a button that prints is there only where a script can press it */
document.querySelectorAll('[data-print]').forEach((button) => {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
});

/* all lines of a page are ticked, or none, by one button */
document.querySelectorAll('[data-pick]').forEach((button) => {
  const boxes = [...button.form.querySelectorAll('.pick')];
  button.hidden = boxes.length < 2;
  button.addEventListener('click', () => {
    const all = boxes.every((box) => box.checked);
    boxes.forEach((box) => { box.checked = !all; });
    button.textContent = all ? '选中本页全部' : '全部不选';
  });
});
