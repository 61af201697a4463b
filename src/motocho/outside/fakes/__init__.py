"""Stand-ins for other people's systems, with faults on demand: one module each [模擬外部]."""
