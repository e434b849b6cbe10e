"""Search over the names and texts of a release, in Japanese and English."""
