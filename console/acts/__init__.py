"""What an operator can do, one file for each area; `console.actions` puts them together."""
