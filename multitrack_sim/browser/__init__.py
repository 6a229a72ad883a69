"""The model in a page: the compiled rules as WebAssembly, and what a page must know of a scenario to run them."""
