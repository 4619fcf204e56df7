"""Where everything is and who answers for it: regions to the village, offices of departments, townships and villages, working days."""
