"""One map (一张图): rates by place, from the province to the township, with a table of the same figures beside."""
