"""The two jobs: reconcile one service, survey one account and region."""
