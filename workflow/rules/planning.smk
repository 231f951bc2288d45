# planning: what the configuration takes, before it is run; a target each, which runs nothing else.
#
# in   the configuration, and what is done of it: results/benchmarks/, results/logs/, results/studies/; planning.rates
# out  `snakemake plan` prints jobs, hours, bytes and money by stage, and what the claims can show
#      `snakemake rates` writes results/rates.json, what the jobs took that are done here
#      `snakemake doctor` prints what a run needs, what of it is amiss, and what to do
#
# A rule without output always runs, unless a benchmark of it is there: these have none.

this_workflow = session.command_of(workflow)


rule plan:
    log:
        "results/logs/plan.log",
    localrule: True
    conda:
        "../../envs/cpu.yaml"
    params:
        cores=session.cores_of(workflow),
        snakemake=this_workflow,
    shell:
        "python -m clipcause.planning plan --cores {params.cores} --log {log} --snakemake={params.snakemake:q}"


rule rates:
    log:
        "results/logs/rates.log",
    localrule: True
    conda:
        "../../envs/cpu.yaml"
    params:
        snakemake=this_workflow,
    shell:
        "python -m clipcause.planning rates --output results/rates.json --log {log} --snakemake={params.snakemake:q}"


rule doctor:
    log:
        "results/logs/doctor.log",
    localrule: True
    conda:
        "../../envs/cpu.yaml"
    params:
        cores=session.cores_of(workflow),
        snakemake=this_workflow,
        slurm=lambda wildcards: "" if workflow.local_exec else "--slurm",
    shell:
        "python -m clipcause.doctor look --cores {params.cores} {params.slurm} --log {log} "
        "--snakemake={params.snakemake:q}"
