"""Work items: the list somebody lands on, and the page of one."""
