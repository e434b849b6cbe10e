"""The questions in SPARQL: queries that give the same answers as the fact tables.

A twin's variables are named as the columns of the answer (see ``docs/answers.md``), so that the one
can be held to the other. Twins leave out what SPARQL 1.1 cannot say: logarithms, hence bits and
strengths, which follow from the counts that the twins do give; the fewest steps between two
concepts, hence what comes nearest; what leads from step to step over any length, hence paths of
more than two steps; and the normal form of a text. Where an answer has entries of several sorts,
there is a twin for each.
"""
