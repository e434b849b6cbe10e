"""What the commands of the command line do; `medrd_kg.cli` gives them their flags."""
