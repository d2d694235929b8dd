"""Fuzzing of everything that reads what others wrote: files, layers, our own documents, answers of the cloud."""
