"""Judge documents by a rights policy, drop what it does not allow, mix, and cap what needs care: stage select."""
