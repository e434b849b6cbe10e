"""Charts as SVG, drawn without knowing where they will be shown.

Every chart is a `drawing.Drawing` of a fixed size with a name, a description and labels that fit.
Colours come from the classes that `static/charts.css` styles for light, dark and print, so that the
markup holds no style of its own.
"""
