"""Tags of our templates [テンプレートタグ]."""
