"""A content too large for memory, read and checked in parts that are sorted files.

Everything here works on canonical N-Quads in the order of their lines. In that order all that any
file says of one subject stands together, so a part is a range of subjects, whatever files or
graphs they come from.
"""
