"""python -m hw_sim."""

from hw_sim.cli import main

main()
