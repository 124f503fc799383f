"""Brings new files from configured folders and object stores into landing."""
