"""What differs between two kept releases: compared in a process apart, kept, and asked in pages."""
