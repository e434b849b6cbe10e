"""From content and imported sources to an immutable release: validate, reason, publish."""
