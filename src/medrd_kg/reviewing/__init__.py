"""A person's judgement on what imports propose: one way for command line, REST and pages."""
