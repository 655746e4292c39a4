"""Items of every interaction as a workbook: read from authors' own and from foreign ones, and written."""
