"""Policy documents of any year: from a file to numbered units, and to facts for a person to accept.

``reading`` gives printed lines, ``cutting`` makes units of them, ``proposing`` finds what they
state, ``deciding`` keeps what a person said to it. Texts stay in the data directory of the user.
"""
