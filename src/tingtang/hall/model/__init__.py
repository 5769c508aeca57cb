"""The pure heart of the hall: what happens is decided here and nowhere else."""
