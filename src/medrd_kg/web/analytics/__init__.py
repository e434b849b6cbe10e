"""The questions that the policy itself asks, as addresses of the REST interface."""
