"""What a job takes: the one place that knows, for the line of progress, for the report and for `snakemake plan`.

rates.times       -> what the jobs of a results folder took, from their benchmarks and the ends of their logs
rates.quantities  -> how many rows, images and samples a configuration has, as far as it can be told
rates.work        -> how much work a job is, in units of its step
rates.measured    -> seconds and bytes per unit, learnt from jobs that are done, for jobs that are not
"""
