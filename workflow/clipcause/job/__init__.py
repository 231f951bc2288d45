"""What the jobs of all stages share: their command line and messages, progress, and what a job took."""
