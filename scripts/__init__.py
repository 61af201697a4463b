"""Tasks of `./run` that are programs of their own."""
