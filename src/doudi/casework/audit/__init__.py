"""Every write and every look at a person's file, append-only, chained so that a change, a removal or an insertion is found."""
