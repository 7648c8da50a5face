"""A report as tables: of Arrow for Parquet, of pandas for notebooks."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from sentiment.report.plain import as_dict, flat

if TYPE_CHECKING:
    import pandas as pd

    from sentiment.report.result import Report


def frames(report: Report) -> dict[str, pd.DataFrame]:
    """Groups (the total last), comparisons, reasons, typical comments and periods, of all and by group."""
    import pandas as pd

    data = as_dict(report)
    found = {"groups": pd.DataFrame(flat(report))}
    for name in ("comparisons", "reasons", "typical", "time", "time_by_group"):
        found[name] = pd.json_normalize(data[name], sep="_")
    return found


def write_parquet(report: Report, file: IO[bytes]) -> None:
    """One row per group and one for the total, whose outlet is ``TOTAL``; the columns of the CSV."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = flat(report)
    fields = [pa.field(name, _type(name, rows)) for name in rows[0]]
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), file)


def _type(name: str, rows: list[dict[str, Any]]) -> Any:
    import pyarrow as pa

    value = next((row[name] for row in rows if row[name] is not None), None)
    if isinstance(value, str) or name in ("outlet", "language", "method", "note"):
        return pa.string()
    return pa.int64() if isinstance(value, int) else pa.float64()
