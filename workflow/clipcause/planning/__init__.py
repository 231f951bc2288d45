"""What a configuration takes before it is run: `snakemake plan`, from rates that were measured.

planning.jobs         -> the jobs of a configuration, asked of Snakemake in a dry run
planning.learnt       -> rates from the jobs of a results folder that are done; kept in a file, read back
planning.profile      -> parameters and floating-point operations of a model, to scale rates by
planning.estimate     -> jobs, hours, bytes and money by stage
planning.detectable   -> the smallest effect that each claim can show
planning.planned_run  -> all of these, for the configuration of a folder
planning.in_words     -> the same, as a person reads it
"""
