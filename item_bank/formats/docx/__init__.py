"""Word files (.docx): read as Vietnamese authors write their questions, written to be read back."""

from item_bank.formats.docx.read import read_docx
from item_bank.formats.docx.write import write_docx, write_docx_items

__all__ = ["read_docx", "write_docx", "write_docx_items"]
