"""The only code that speaks to the charging cloud."""
