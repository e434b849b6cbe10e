"""``python -m medrd_kg`` is the command ``medrd-kg``."""

from medrd_kg.cli import main

main()
