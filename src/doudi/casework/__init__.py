"""The half where people work: leads become work items, people verify, decide and answer, and every look and act is kept."""
