"""Calls of other servers on behalf of SERVICE and LOAD: which, how, and how much of them."""
