"""What a run needs and whether it is here: `make doctor`, `snakemake doctor`.

    doctor.needs     -> what a configuration needs: room, memory, names, weights of others, GPUs
    doctor.software  -> Python, packages, the encoding of text
    doctor.machine   -> disk, memory, limits, threads, clock
    doctor.network   -> names of hosts, the hub of models
    doctor.gpus      -> GPUs, their driver, and whether torch sees them
    doctor.cluster   -> SLURM, where there is one
    doctor.examine   -> all of these, in words

A check is a function that yields findings, each with its remedy. The outside (commands, sockets, disks) may be
broken in any way, so that a check that can't be made is a finding as well.
"""
