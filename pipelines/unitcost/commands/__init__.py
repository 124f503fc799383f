"""One module a command: reads the arguments, calls the work, shows the answer."""
