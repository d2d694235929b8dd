"""Model to text: terminal, Markdown, JSON, HTML."""
