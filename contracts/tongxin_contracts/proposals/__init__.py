"""提案: drafts, submission, review and numbers. Owner: the proposals service."""
