"""What a member registered, chose and agreed to, and the ways back in [登録情報・設定・再開]."""
