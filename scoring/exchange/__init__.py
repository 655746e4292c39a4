"""Parameters and responses as text: comma-separated tables, and the tables of R's mirt."""

from scoring.exchange.cells import CellProblem, Reason, formula_safe
from scoring.exchange.csv_tables import ItemTable, read_params, write_params
from scoring.exchange.mirt_tables import MirtGroup, read_mirt, read_mirt_values, write_mirt
from scoring.exchange.response_tables import (
    ResponseTable,
    SparseResponseTable,
    read_long_responses,
    read_responses,
    write_long_responses,
    write_responses,
)

__all__ = [
    "CellProblem",
    "ItemTable",
    "MirtGroup",
    "Reason",
    "ResponseTable",
    "SparseResponseTable",
    "formula_safe",
    "read_long_responses",
    "read_mirt",
    "read_mirt_values",
    "read_params",
    "read_responses",
    "write_long_responses",
    "write_mirt",
    "write_params",
    "write_responses",
]
