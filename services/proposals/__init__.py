"""提案: drafts, submission, review and numbers."""
