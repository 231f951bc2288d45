"""The tables of the database, by subject; columns.py has the columns that several of them share."""

from clipcause.report.tables import of_pools, of_public, of_runs, of_studies, of_subsets
from clipcause.report.tables.table import Table

TABLES = of_pools.TABLES | of_subsets.TABLES | of_runs.TABLES | of_studies.TABLES | of_public.TABLES

__all__ = ["TABLES", "Table"]
