"""Commands over one history: its reading, its recalculation, the fee [引き直し計算のコマンド]."""
