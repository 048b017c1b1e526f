"""Papers: what is printed or handed on as a file; reading files in is `console.imports`."""
