"""Imports (批量导入): cases of other systems, from a file of any size."""
