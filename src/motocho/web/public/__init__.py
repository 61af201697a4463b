"""The public face: what anybody may see without signing in [公開ページ]."""
